namespace Steelyard.Requests;

/// <summary>The names that steel-sdk has for the options of a worker (docs/worker-api.md).</summary>
internal static class WorkerFields
{
    // The first prefix that matches counts. What follows the prefix keeps its name.
    private static readonly (string Worker, string Client)[] Prefixes =
    [
        ("mobile", "deviceConfig.device"),
        ("block.ads", "blockAds"),
        ("block.images", "optimizeBandwidth.blockImages"),
        ("block.media", "optimizeBandwidth.blockMedia"),
        ("block.stylesheets", "optimizeBandwidth.blockStylesheets"),
        ("block.hosts", "optimizeBandwidth.blockHosts"),
        ("block.urlPatterns", "optimizeBandwidth.blockUrlPatterns"),
        ("block", "optimizeBandwidth"),
        ("context", "sessionContext"),
        ("", ""),
    ];

    /// <summary>Returns the client's name of a worker's field.</summary>
    public static string ToClient(string field)
    {
        if (field.StartsWith("proxy", StringComparison.Ordinal))
            return "proxyUrl"; // One text has all of its parts.
        var (worker, client) = Prefixes.First(prefix => field.StartsWith(prefix.Worker, StringComparison.Ordinal));
        return client + field[worker.Length..];
    }
}
