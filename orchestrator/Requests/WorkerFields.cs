using Steelyard.Contract.Input;
using Steelyard.Http;

namespace Steelyard.Requests;

/// <summary>The names that steel-sdk has for the options of a worker (docs/worker-api.md).</summary>
internal static class WorkerFields
{
    private const string Proxy = "proxy";

    // Not copied, but named in refusals.
    private static readonly (string Worker, string Client)[] Others =
    [
        ("mobile", "deviceConfig.device"),
        ("dimensions", "dimensions"),
        ("block", "optimizeBandwidth"),
        ("context", "sessionContext"),
    ];

    // The client has one text for all parts of a proxy.
    private static readonly (string Worker, string Part)[] ProxyParts =
        [("proxy.url", "its address"), ("proxy.username", "its user name"), ("proxy.password", "its password")];

    /// <summary>The fields whose values a worker takes as they are.</summary>
    public static IReadOnlyList<(string Worker, string Client)> Copied { get; } =
    [
        ("dimensions.width", "dimensions.width"),
        ("dimensions.height", "dimensions.height"),
        ("userAgent", "userAgent"),
        ("timezone", "timezone"),
        ("locale", "locale"),
        ("block.ads", "blockAds"),
        ("block.images", "optimizeBandwidth.blockImages"),
        ("block.media", "optimizeBandwidth.blockMedia"),
        ("block.stylesheets", "optimizeBandwidth.blockStylesheets"),
        ("block.hosts", "optimizeBandwidth.blockHosts"),
        ("block.urlPatterns", "optimizeBandwidth.blockUrlPatterns"),
        ("context.cookies", "sessionContext.cookies"),
        ("context.localStorage", "sessionContext.localStorage"),
        ("context.sessionStorage", "sessionContext.sessionStorage"),
    ];

    /// <summary>Returns the client's name of a worker's field; null when the client has none.</summary>
    /// <param name="field">The worker's field, such as <c>block.hosts[2]</c>.</param>
    /// <param name="proxy">The client's field with the proxy.</param>
    public static string? ToClient(string field, string proxy = "proxyUrl")
    {
        if (IsIn(field, Proxy))
            return proxy;
        var (worker, client) = Copied.Concat(Others).FirstOrDefault(name => IsIn(field, name.Worker));
        return worker is null ? null : client + field[worker.Length..];
    }

    /// <summary>The refusal of a worker's field, in the words of the client.</summary>
    public static FieldException ToClient(BadInputException refusal, string proxy)
    {
        var (field, message) = (refusal.Field ?? "", refusal.Message);
        var client = ToClient(field, proxy) ?? field;
        if (IsIn(field, Proxy))
            return FieldException.Because(client, $"'{client}' cannot be used: {ProxyParts.Aggregate(message, Replace)}");

        // The message names the field, or the object that lacks it.
        foreach (var name in new[] { field, field[..Math.Max(0, field.LastIndexOf('.'))] })
        {
            if (name.Length > 0 && message.Contains(name, StringComparison.Ordinal))
                return FieldException.Because(client, message.Replace(name, $"'{ToClient(name) ?? name}'", StringComparison.Ordinal));
        }

        return FieldException.Because(client, message);
    }

    private static string Replace(string message, (string Worker, string Part) part) =>
        message.Replace(part.Worker, part.Part, StringComparison.Ordinal);

    private static bool IsIn(string field, string prefix) =>
        field.StartsWith(prefix, StringComparison.Ordinal) && (field.Length == prefix.Length || field[prefix.Length] is '.' or '[');
}
