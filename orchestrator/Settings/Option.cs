using System.Globalization;
using System.Net;
using Steelyard.Contract.Egress;

namespace Steelyard.Settings;

/// <summary>One option: its name on the command line, and as <c>STEELYARD_NAME</c> in the environment, and in appsettings.json.</summary>
/// <param name="Name">Without dashes in front.</param>
/// <param name="Value">What its value is, for the help text; null for a switch.</param>
/// <param name="Help">What it does, with its default.</param>
/// <param name="Apply">Sets it. Throws <see cref="FormatException"/> or <see cref="ArgumentException"/> for a bad value.</param>
public sealed record Option(string Name, string? Value, string Help, Func<Options, string, Options> Apply)
{
    private const int MaxCount = 1_000_000;

    private static readonly TimeSpan LongestHistory = TimeSpan.FromDays(3650);

    public static readonly IReadOnlyList<Option> All =
    [
        new("bind", "ADDRESS", "IP address to listen on [127.0.0.1]. Beyond loopback an --api-key is needed",
            (o, v) => o with { Bind = IPAddress.Parse(v).ToString() }),
        new("port", "N", "TCP port to listen on [8080]; 0 takes a free one", (o, v) => o with { Port = Number(v, 0, 65535) }),
        new("worker", "WHAT", "auto, chromium, simulated, or a program that speaks the worker API, with its arguments [auto]",
            (o, v) => o with { Worker = v }),
        new("worker-api", "challenge|steel",
            "What a worker program of yours speaks: the API of docs/worker-api.md, or that of the open-source Steel worker [challenge]",
            (o, v) => o with { WorkerApi = Choice(v, "challenge", WorkerApi.Challenge, "steel", WorkerApi.Steel) }),
        new("warm", "N", "Idle workers kept ready [4]", (o, v) => o with { Warm = Number(v, 0, 10_000) }),
        new("max-workers", "N", "Ceiling of workers, and so of live sessions [by memory, 16 at least]",
            (o, v) => o with { MaxWorkers = Number(v, 1, 10_000) }),
        new("session-ttl", "TIME", "Idle time after which a session ends [60s]", (o, v) => o with { SessionTtl = Duration.Parse(v) }),
        new("session-max-age", "TIME", "Age at which a session ends, however busy [none]",
            (o, v) => o with { SessionMaxAge = v == "none" ? null : Duration.Parse(v) }),
        new("on-worker-lost", "end|restore", "What becomes of a session whose worker died [end]",
            (o, v) => o with { OnWorkerLost = Choice(v, "end", OnWorkerLost.End, "restore", OnWorkerLost.Restore) }),
        new("max-restores", "N", "How often one session is restored [10]", (o, v) => o with { MaxRestores = Number(v, 1, MaxCount) }),
        new("queue-limit", "N", "Creates that may wait for a worker [1000]", (o, v) => o with { QueueLimit = Number(v, 1, MaxCount) }),
        new("queue-timeout", "TIME", "How long a create may wait for a worker [30s]",
            (o, v) => o with { QueueTimeout = Duration.Parse(v) }),
        new("worker-start-timeout", "TIME", "From a worker's spawn to ready, and from a session's end to ready again [15s]",
            (o, v) => o with { WorkerStartTimeout = Duration.Parse(v) }),
        new("worker-timeout", "TIME", "Deadline of one call to a worker [5s]", (o, v) => o with { WorkerTimeout = Duration.Parse(v) }),
        new("worker-stop-grace", "TIME", "Between SIGTERM and SIGKILL [1.5s]", (o, v) => o with { WorkerStopGrace = Duration.Parse(v) }),
        new("probe-interval", "TIME", "A worker silent for so long is asked for its health [1s]",
            (o, v) => o with { ProbeInterval = Duration.Parse(v) }),
        new("hang-timeout", "TIME", "A worker silent for so long is stopped; time in which it waits for a processor does not count [2.5s]",
            (o, v) => o with { HangTimeout = Duration.Parse(v) }),
        new("starved-timeout", "TIME", "A worker silent for so long is stopped even if it waits for a processor [30s]",
            (o, v) => o with { StarvedTimeout = Duration.Parse(v) }),
        new("start-concurrency", "N",
            "Workers that may start at the same time [one per core, two at least; four times as many when simulated]",
            (o, v) => o with { StartConcurrency = Number(v, 1, 1000) }),
        new("idle-shrink", "TIME", "Idle workers beyond the warm ones end after so long [30s]",
            (o, v) => o with { IdleShrink = Duration.Parse(v) }),
        new("worker-ports", "A-B", "Ports that workers may get [20000-29999]", Ports),
        new("egress", "RULE",
            "open, or allow:WHAT, deny:WHAT: where browsers may connect; WHAT is a host, address or network, perhaps with :PORT. " +
                "May be given several times, the first that matches decides [the internet, not this machine or private networks]",
            (o, v) => o with { EgressRules = [.. o.EgressRules, Rule(v)] }),
        new("browser-folder", "DIR", "A folder in which browsers may read and write, beside their own; may be given several times [none]",
            (o, v) => o with { BrowserFolders = [.. o.BrowserFolders, Folder(v)] }),
        new("worker-memory", "BYTES",
            "Memory a worker may use, its browser included; none is any [by kind: 2147483648 with a browser, 268435456 simulated, " +
                "none for your own]",
            (o, v) => o with { WorkerMemoryBytes = Limit(v, 16 << 20, 1L << 50) }),
        new("worker-processes", "N",
            "Processes a worker may have; none is any [by kind: 200 with a browser, 4 simulated, none for your own]",
            (o, v) => o with { WorkerProcesses = (int)Limit(v, 1, MaxCount) }),
        new("worker-files", "N",
            "Descriptors each process of a worker may have; none is any [by kind: 4096 with a browser, 1024 simulated, none for your own]",
            (o, v) => o with { WorkerFiles = (int)Limit(v, 64, MaxCount) }),
        new("worker-disk", "BYTES",
            "What a worker may keep in its folder: its browser's profile, downloads and temporary files, in memory with the usual " +
                "--run-dir; none is any [by kind: 2147483648 with a browser, 67108864 simulated, none for your own]",
            (o, v) => o with { WorkerDiskBytes = Limit(v, 16 << 20, 1L << 50) }),
        new("run-dir", "DIR", "Folder for what outlives this process [by port, in the user's runtime folder]",
            (o, v) => o with { RunDirectory = Path.GetFullPath(v) }),
        new("data-dir", "DIR", "Folder for the history of ended sessions [by port, in the user's state folder; none with --port 0]",
            (o, v) => o with { DataDirectory = v.Length > 0 ? Path.GetFullPath(v) : "" }),
        new("history", "on|none", "Whether ended sessions are written down there [on]",
            (o, v) => o with { History = Choice(v, "on", true, "none", false) }),
        new("history-age", "TIME", "They are deleted after so long [30d]",
            (o, v) => o with { HistoryAge = Duration.Parse(v, LongestHistory) }),
        new("history-size", "BYTES", "What they may take on the disk; the oldest are deleted first [268435456]",
            (o, v) => o with { HistorySize = Number(v, 1 << 20, int.MaxValue) }),
        new("max-worker-log", "BYTES", "Size at which a worker's log is emptied [1048576]",
            (o, v) => o with { MaxWorkerLogBytes = Number(v, 1024, int.MaxValue) }),
        new("max-body", "BYTES", "Largest request body [1048576]", (o, v) => o with { MaxBodyBytes = Number(v, 2, 64 << 20) }),
        new("max-context", "BYTES", "Largest body of a create that brings cookies and storage along [8388608]",
            (o, v) => o with { MaxContextBytes = Number(v, 1024, 64 << 20) }),
        new("max-page-calls", "N", "Scrapes, screenshots and PDFs at the same time; more wait [half of the workers]",
            (o, v) => o with { MaxPageCalls = Number(v, 1, 10_000) }),
        new("max-artifact", "BYTES", "Largest answer of a scrape, screenshot or PDF [67108864]",
            (o, v) => o with { MaxArtifactBytes = Number(v, 1024, 1 << 30) }),
        new("list-memory", "BYTES", "What lists of browsers' pages may take together while they are read [67108864]",
            (o, v) => o with { ListMemoryBytes = Number(v, 1 << 20, int.MaxValue) }),
        new("max-artifacts", "N", "Screenshots and PDFs kept for their clients [100]",
            (o, v) => o with { MaxArtifacts = Number(v, 1, 100_000) }),
        new("artifact-space", "BYTES", "What all of them may take together [268435456]",
            (o, v) => o with { ArtifactSpaceBytes = Number(v, 1024, int.MaxValue) }),
        new("artifact-life", "TIME", "How long a screenshot or PDF is kept [10m]", (o, v) => o with { ArtifactLife = Duration.Parse(v) }),
        new("page-timeout", "TIME", "Deadline of a call that works in a page, such as a scrape [100s]",
            (o, v) => o with { PageTimeout = Duration.Parse(v) }),
        new("body-grace", "TIME", "Time in which a small body must be there [800ms]", (o, v) => o with { BodyGrace = Duration.Parse(v) }),
        new("body-rate", "BYTES", "Slowest rate of a larger body, per second [4096]",
            (o, v) => o with { BodyBytesPerSecond = Number(v, 1, int.MaxValue) }),
        new("max-connections", "N", "Connections at the same time, WebSockets apart [10000]",
            (o, v) => o with { MaxConnections = Number(v, 1, MaxCount) }),
        new("max-attached", "N", "WebSockets at the same time [10000]", (o, v) => o with { MaxAttached = Number(v, 1, MaxCount) }),
        new("address-max-connections", "N", "Connections of one client address, WebSockets included; not of a --trusted-proxy [none]",
            (o, v) => o with { AddressMaxConnections = Number(v, 1, MaxCount) }),
        new("idle-timeout", "TIME", "A connection without a request is closed after so long [130s]",
            (o, v) => o with { IdleTimeout = Duration.Parse(v) }),
        new("head-timeout", "TIME", "Time in which the head of a request must be there [10s]",
            (o, v) => o with { HeadTimeout = Duration.Parse(v) }),
        new("max-request-line", "BYTES", "Longest first line of a request [8192]",
            (o, v) => o with { MaxRequestLineBytes = Number(v, 256, 1 << 20) }),
        new("max-headers", "N", "Headers of a request [100]", (o, v) => o with { MaxHeaders = Number(v, 16, 10_000) }),
        new("max-header-bytes", "BYTES", "Size of all headers of a request [32768]",
            (o, v) => o with { MaxHeaderBytes = Number(v, 1024, 1 << 20) }),
        new("reply-rate", "BYTES", "Slowest rate at which a client may take a reply, per second [240]",
            (o, v) => o with { ReplyBytesPerSecond = Number(v, 1, int.MaxValue) }),
        new("dead-peer-timeout", "TIME",
            "A client whose machine no longer answers, or takes nothing of what is sent to it, is disconnected after so long [60s]",
            (o, v) => o with { DeadPeerTimeout = Duration.Parse(v) }),
        new("tombstones", "N", "Ended sessions of which a 404 can still say why [10000]",
            (o, v) => o with { Tombstones = Number(v, 0, MaxCount) }),
        new("supervised", null,
            "Run under a small parent that holds the listening socket and replaces an orchestrator that has died or hangs",
            (o, v) => o with { Supervised = bool.Parse(v) }),
        new("node-hang-timeout", "TIME",
            "An orchestrator under --supervised that answers and accepts nothing for so long is killed, and another is started [30s]",
            (o, v) => o with { NodeHangTimeout = Duration.Parse(v) }),
        new("node-start-timeout", "TIME", "The same before its first answer, while it takes over sessions [5m]",
            (o, v) => o with { NodeStartTimeout = Duration.Parse(v) }),
        new("on-shutdown", "stop|drain|leave",
            "What the first SIGTERM does: end all sessions, wait for them, or leave them to the next orchestrator on this run " +
                "directory; a second one stops at once [stop]",
            (o, v) => o with { OnShutdown = Shutdown(v) }),
        new("drain-timeout", "TIME", "How long a drain waits for sessions to end [10m]",
            (o, v) => o with { DrainTimeout = Duration.Parse(v) }),
        new("shutdown-timeout", "TIME", "How long a shutdown may take [4s]", (o, v) => o with { ShutdownTimeout = Duration.Parse(v) }),
        new("api-key", "[NAME:]KEY", "A key that callers must show; may be given several times. Its name stands in logs [none]",
            (o, v) => o with { ApiKeys = [.. o.ApiKeys, NotEmpty(v)] }),
        new("api-key-file", "FILE", "A file with such keys, one a line [none]", (o, v) => o with { ApiKeyFile = Path.GetFullPath(v) }),
        new("operator-key", "[NAME:]KEY",
            "A key whose holder also sees and ends the sessions of others; may be given several times [none]",
            (o, v) => o with { OperatorKeys = [.. o.OperatorKeys, NotEmpty(v)] }),
        new("key-max-sessions", "N", "Live sessions a key may have at a time [none]",
            (o, v) => o with { KeyMaxSessions = Number(v, 1, MaxCount) }),
        new("key-max-creating", "N", "Creates a key may have under way, queued ones included [none]",
            (o, v) => o with { KeyMaxCreating = Number(v, 1, MaxCount) }),
        new("key-creates-per-second", "N", "Creates a key may begin in a second [none]",
            (o, v) => o with { KeyCreatesPerSecond = Number(v, 1, MaxCount) }),
        new("wrong-keys-per-second", "N",
            "Requests without a right key that one client address gets answered in a second; those beyond wait a second and may get" +
                " 429. Right keys never wait [10]",
            (o, v) => o with { WrongKeysPerSecond = Number(v, 1, MaxCount) }),
        new("wrong-key-addresses", "N", "Client addresses for which they are counted apart; the others are counted together [10000]",
            (o, v) => o with { WrongKeyAddresses = Number(v, 1, MaxCount) }),
        new("trusted-proxy", "ADDRESS",
            "IP address of a proxy whose X-Forwarded-For, -Host and -Proto are believed; may be given several times [none]",
            (o, v) => o with { TrustedProxies = [.. o.TrustedProxies, IPAddress.Parse(v)] }),
        new("allow-anonymous", null, "Listen beyond loopback without keys", (o, v) => o with { AllowAnonymous = bool.Parse(v) }),
        new("allow-host", "NAME",
            "A host name under which callers without a key may reach this node, beside IP addresses and localhost; may be given " +
                "several times [none]",
            (o, v) => o with { AllowedHosts = [.. o.AllowedHosts, NotEmpty(v)] }),
        new("public-url", "URL", "Address under which clients reach this node [the Host of each request]",
            (o, v) => o with { PublicUrl = Http(v) }),
        new("node-id", "N", "Number of this node, a part of every session id [0]",
            (o, v) => o with { NodeId = Number(v, 0, ushort.MaxValue) }),
    ];

    private static int Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"'{text}' is no whole number from {least} to {most}");

    private static long Limit(string text, long least, long most)
    {
        if (text == "none")
            return Options.NoLimit;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"'{text}' is neither none nor a whole number from {least} to {most}");
    }

    private static string NotEmpty(string text) => text.Length > 0 ? text : throw new FormatException("it is empty");

    private static string Rule(string text)
    {
        EgressRules.Parse([text]);
        return text;
    }

    // They travel as one text, separated by colons.
    private static string Folder(string text) => text.Contains(':', StringComparison.Ordinal)
        ? throw new FormatException($"'{text}' has a colon in it")
        : Path.GetFullPath(text);

    private static T Choice<T>(string text, string one, T ifOne, string other, T ifOther) =>
        text == one ? ifOne : text == other ? ifOther : throw new FormatException($"'{text}' is neither {one} nor {other}");

    private static OnShutdown Shutdown(string text) => text switch
    {
        "stop" => OnShutdown.Stop,
        "drain" => OnShutdown.Drain,
        "leave" => OnShutdown.Leave,
        _ => throw new FormatException($"'{text}' is neither stop nor drain nor leave"),
    };

    private static Options Ports(Options options, string text)
    {
        var ends = text.Split('-');
        if (ends.Length != 2)
            throw new FormatException($"'{text}' is no range like 20000-29999");
        var (first, last) = (Number(ends[0], 1, 65535), Number(ends[1], 1, 65535));
        return first <= last
            ? options with { FirstWorkerPort = first, LastWorkerPort = last }
            : throw new FormatException($"'{text}' ends before it begins");
    }

    private static Uri Http(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new FormatException($"'{text}' is no http or https address");
}
