using System.Net;
using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Hosting;

/// <summary>What a node prints for people at its start.</summary>
internal static class Banner
{
    public static void Print(Uri url, WorkerCommand command, Options options, string? descriptors)
    {
        Console.WriteLine($"""

            Steelyard listens on {Callable(url)}
              dashboard {Callable(url)}/dashboard
              workers   {Kind(command)}; {options.Warm} warm, {options.MaxWorkers} at most
              sessions  end after {options.SessionTtl.TotalSeconds:0.###} s without activity
              run dir   {options.RunDirectory}
              history   {History(options)}
            """);
        if (descriptors is not null)
            Console.WriteLine($"  limits    {descriptors}");
        if (command.Kind == WorkerKind.Simulated && options.Worker == "auto")
        {
            Console.WriteLine("""

                ******************************************************************
                *  NO BROWSER FOUND: these workers are simulated. They hold JSON *
                *  and nothing else; no client can attach.                       *
                *  Install one:  apt-get install chromium-headless-shell         *
                ******************************************************************
                """);
        }

        Console.WriteLine();
    }

    private static string History(Options options) => options switch
    {
        { DataDirectory: { Length: > 0 } folder } => folder,
        { History: false } => "none",
        { Port: 0 } => "none: with --port 0 only a --data-dir keeps one",
        _ => "none: this user has no home directory that can be used, so choose --data-dir",
    };

    // 0.0.0.0 and [::] are not addresses to call, and a node without keys refuses such calls.
    internal static string Callable(Uri url)
    {
        var isAny = IPAddress.TryParse(url.Host, out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));
        return (isAny ? new UriBuilder(url) { Host = "127.0.0.1" }.Uri : url).ToString().TrimEnd('/');
    }

    /// <summary>Prints how browsers are isolated. This is known only when the first browser runs.</summary>
    public static async Task PrintAsync(BrowserIsolation isolation, Options options)
    {
        var report = await isolation.First;
        Console.WriteLine($"""
              sandbox   {report.Sandbox}
              user      {report.User}
              files     {report.Files}
              egress    {report.Egress}

            """);
        foreach (var warning in Exposure.Warnings(options, isolation))
            Console.WriteLine($"  WARNING   {warning}");
    }

    private static string Kind(WorkerCommand command) => command.Kind switch
    {
        WorkerKind.Chromium => "real Chromium",
        WorkerKind.Simulated => "simulated (JSON only, no browser)",
        _ => command.Path,
    };
}
