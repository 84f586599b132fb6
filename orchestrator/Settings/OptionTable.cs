using System.Globalization;
using System.Net;
using Steelyard.Contract.Egress;

namespace Steelyard.Settings;

/// <summary>All options, in the order in which <c>--help</c> shows them.</summary>
public static class OptionTable
{
    private const int MaxCount = 1_000_000;

    private static readonly TimeSpan LongestHistory = TimeSpan.FromDays(3650);

    public static readonly IReadOnlyList<Option> All =
    [
        new("bind", "ADDRESS", "IP address to listen on; any address but loopback needs an --api-key or --allow-anonymous [127.0.0.1]",
            (o, v) => o with { Bind = IPAddress.Parse(v).ToString() }),
        new("port", "N", "TCP port to listen on; 0 chooses a free port [8080]", (o, v) => o with { Port = Number(v, 0, 65535) }),
        new("worker", "WHAT", "auto, chromium, simulated, or a program that implements the worker API, with its arguments [auto]",
            (o, v) => o with { Worker = v }),
        new("worker-api", "challenge|steel",
            "API of your own worker program: the API of docs/worker-api.md, or that of the open-source Steel worker [challenge]",
            (o, v) => o with { WorkerApi = Choice(v, "challenge", WorkerApi.Challenge, "steel", WorkerApi.Steel) }),
        new("warm", "N", "Number of idle workers to keep ready [4]", (o, v) => o with { Warm = Number(v, 0, 10_000) }),
        new("max-workers", "N", "Maximum number of workers, and so of live sessions [by memory, at least 16]",
            (o, v) => o with { MaxWorkers = Number(v, 1, 10_000) }),
        new("session-ttl", "TIME", "A session that is idle for this time ends [60s]",
            (o, v) => o with { SessionTtl = Duration.Parse(v) }),
        new("session-max-age", "TIME", "A session of this age ends, even if it is in use [none]",
            (o, v) => o with { SessionMaxAge = v == "none" ? null : Duration.Parse(v) }),
        new("on-worker-lost", "end|restore",
            "What happens to a session whose worker died: it ends, or it is created again on another worker [end]",
            (o, v) => o with { OnWorkerLost = Choice(v, "end", OnWorkerLost.End, "restore", OnWorkerLost.Restore) }),
        new("max-restores", "N", "How often one session can be restored [10]", (o, v) => o with { MaxRestores = Number(v, 1, MaxCount) }),
        new("queue-limit", "N", "Number of creates that can wait for a worker [1000]",
            (o, v) => o with { QueueLimit = Number(v, 1, MaxCount) }),
        new("queue-timeout", "TIME", "How long a create can wait for a worker [30s]",
            (o, v) => o with { QueueTimeout = Duration.Parse(v) }),
        new("worker-start-timeout", "TIME", "Time for a worker to become ready after its start, or again after its session ended [15s]",
            (o, v) => o with { WorkerStartTimeout = Duration.Parse(v) }),
        new("worker-timeout", "TIME", "Timeout of one call to a worker [5s]", (o, v) => o with { WorkerTimeout = Duration.Parse(v) }),
        new("worker-stop-grace", "TIME", "Time between SIGTERM and SIGKILL when a worker is stopped [1.5s]",
            (o, v) => o with { WorkerStopGrace = Duration.Parse(v) }),
        new("probe-interval", "TIME", "A worker that is silent for this time is asked for its health [1s]",
            (o, v) => o with { ProbeInterval = Duration.Parse(v) }),
        new("hang-timeout", "TIME",
            "A worker that is silent for this time is stopped; time in which it waits for a processor does not count [2.5s]",
            (o, v) => o with { HangTimeout = Duration.Parse(v) }),
        new("starved-timeout", "TIME", "A worker that is silent for this time is stopped, even if it waits for a processor [30s]",
            (o, v) => o with { StarvedTimeout = Duration.Parse(v) }),
        new("start-concurrency", "N",
            "Number of workers that can start at the same time [one per core, at least two; four times as many when simulated]",
            (o, v) => o with { StartConcurrency = Number(v, 1, 1000) }),
        new("idle-shrink", "TIME", "Idle workers in excess of --warm end after this time [30s]",
            (o, v) => o with { IdleShrink = Duration.Parse(v) }),
        new("worker-ports", "A-B", "Range of ports for workers [20000-29999]", Ports),
        new("egress", "RULE",
            "Where browsers can connect: open, or rules allow:WHAT and deny:WHAT. WHAT is a host, an address or a network, optionally " +
                "with :PORT. Can be given several times; the first rule that matches decides " +
                "[the internet, not this machine or private networks]",
            (o, v) => o with { EgressRules = [.. o.EgressRules, Rule(v)] }),
        new("browser-folder", "DIR", "Folder that browsers can read and write, in addition to their own; can be given several times [none]",
            (o, v) => o with { BrowserFolders = [.. o.BrowserFolders, Folder(v)] }),
        new("worker-memory", "BYTES",
            "Memory that a worker can use, including its browser; none means no limit [by kind: 2147483648 with a browser, " +
                "268435456 simulated, none for your own]",
            (o, v) => o with { WorkerMemoryBytes = Limit(v, 16 << 20, 1L << 50) }),
        new("worker-processes", "N",
            "Number of processes that a worker can have; none means no limit [by kind: 200 with a browser, 4 simulated, none for your own]",
            (o, v) => o with { WorkerProcesses = (int)Limit(v, 1, MaxCount) }),
        new("worker-files", "N",
            "Number of descriptors that each process of a worker can have; none means no limit [by kind: 4096 with a browser, " +
                "1024 simulated, none for your own]",
            (o, v) => o with { WorkerFiles = (int)Limit(v, 64, MaxCount) }),
        new("worker-disk", "BYTES",
            "Space for a worker's folder: its browser's profile, downloads and temporary files. With the default --run-dir this is " +
                "memory; none means no limit [by kind: 2147483648 with a browser, 67108864 simulated, none for your own]",
            (o, v) => o with { WorkerDiskBytes = Limit(v, 16 << 20, 1L << 50) }),
        new("run-dir", "DIR", "Folder for the workers' files and what the next orchestrator needs [by port, in the user's runtime folder]",
            (o, v) => o with { RunDirectory = Path.GetFullPath(v) }),
        new("data-dir", "DIR", "Folder for the history of ended sessions [by port, in the user's state folder; none with --port 0]",
            (o, v) => o with { DataDirectory = v.Length > 0 ? Path.GetFullPath(v) : "" }),
        new("history", "on|none", "Whether ended sessions are written to the --data-dir [on]",
            (o, v) => o with { History = Choice(v, "on", true, "none", false) }),
        new("history-age", "TIME", "Ended sessions are deleted from the history after this time [30d]",
            (o, v) => o with { HistoryAge = Duration.Parse(v, LongestHistory) }),
        new("history-size", "BYTES", "Maximum size of the history on disk; the oldest sessions are deleted first [268435456]",
            (o, v) => o with { HistorySize = Number(v, 1 << 20, int.MaxValue) }),
        new("max-worker-log", "BYTES", "A worker's log is emptied when it reaches this size [1048576]",
            (o, v) => o with { MaxWorkerLogBytes = Number(v, 1024, int.MaxValue) }),
        new("max-body", "BYTES", "Maximum size of a request body [1048576]", (o, v) => o with { MaxBodyBytes = Number(v, 2, 64 << 20) }),
        new("max-context", "BYTES", "Maximum body size of a create with cookies and storage [8388608]",
            (o, v) => o with { MaxContextBytes = Number(v, 1024, 64 << 20) }),
        new("max-page-calls", "N", "Number of scrapes, screenshots and PDFs at the same time; more wait [half of the workers]",
            (o, v) => o with { MaxPageCalls = Number(v, 1, 10_000) }),
        new("max-artifact", "BYTES", "Maximum size of the result of a scrape, screenshot or PDF [67108864]",
            (o, v) => o with { MaxArtifactBytes = Number(v, 1024, 1 << 30) }),
        new("list-memory", "BYTES", "Memory for all lists of browsers' pages together while they are read [67108864]",
            (o, v) => o with { ListMemoryBytes = Number(v, 1 << 20, int.MaxValue) }),
        new("max-artifacts", "N", "Number of screenshots and PDFs that are kept for clients; the oldest are deleted first [100]",
            (o, v) => o with { MaxArtifacts = Number(v, 1, 100_000) }),
        new("artifact-space", "BYTES", "Space for all kept screenshots and PDFs together; the oldest are deleted first [268435456]",
            (o, v) => o with { ArtifactSpaceBytes = Number(v, 1024, int.MaxValue) }),
        new("artifact-life", "TIME", "How long a screenshot or PDF is kept [10m]", (o, v) => o with { ArtifactLife = Duration.Parse(v) }),
        new("page-timeout", "TIME", "Timeout of a call that works in a page, such as a scrape [100s]",
            (o, v) => o with { PageTimeout = Duration.Parse(v) }),
        new("body-grace", "TIME", "Time in which a small body must arrive [800ms]", (o, v) => o with { BodyGrace = Duration.Parse(v) }),
        new("body-rate", "BYTES", "Minimum rate of a larger body, per second [4096]",
            (o, v) => o with { BodyBytesPerSecond = Number(v, 1, int.MaxValue) }),
        new("max-connections", "N", "Number of connections at the same time, not counting WebSockets [10000]",
            (o, v) => o with { MaxConnections = Number(v, 1, MaxCount) }),
        new("max-attached", "N", "Number of WebSockets at the same time [10000]",
            (o, v) => o with { MaxAttached = Number(v, 1, MaxCount) }),
        new("address-max-connections", "N",
            "Number of connections of one client address, including WebSockets; a --trusted-proxy has no such limit [none]",
            (o, v) => o with { AddressMaxConnections = Number(v, 1, MaxCount) }),
        new("idle-timeout", "TIME", "A connection without a request is closed after this time [130s]",
            (o, v) => o with { IdleTimeout = Duration.Parse(v) }),
        new("head-timeout", "TIME", "Time in which the head of a request must arrive [10s]",
            (o, v) => o with { HeadTimeout = Duration.Parse(v) }),
        new("max-request-line", "BYTES", "Maximum length of the first line of a request [8192]",
            (o, v) => o with { MaxRequestLineBytes = Number(v, 256, 1 << 20) }),
        new("max-headers", "N", "Maximum number of headers of a request [100]", (o, v) => o with { MaxHeaders = Number(v, 16, 10_000) }),
        new("max-header-bytes", "BYTES", "Maximum size of all headers of a request together [32768]",
            (o, v) => o with { MaxHeaderBytes = Number(v, 1024, 1 << 20) }),
        new("reply-rate", "BYTES", "Minimum rate at which a client must read a reply, per second [240]",
            (o, v) => o with { ReplyBytesPerSecond = Number(v, 1, int.MaxValue) }),
        new("dead-peer-timeout", "TIME",
            "A client whose machine does not answer, or that does not read what is sent to it, is disconnected after this time [60s]",
            (o, v) => o with { DeadPeerTimeout = Duration.Parse(v) }),
        new("tombstones", "N", "Number of ended sessions for which a 404 can still give the reason [10000]",
            (o, v) => o with { Tombstones = Number(v, 0, MaxCount) }),
        new("supervised", null,
            "Run under a small parent process that holds the listening socket and replaces an orchestrator that has died or hangs",
            (o, v) => o with { Supervised = bool.Parse(v) }),
        new("node-hang-timeout", "TIME",
            "With --supervised, an orchestrator that neither answers nor accepts anything for this time is killed and replaced [30s]",
            (o, v) => o with { NodeHangTimeout = Duration.Parse(v) }),
        new("node-start-timeout", "TIME",
            "The limit of --node-hang-timeout until the first answer of an orchestrator, while it takes over sessions [5m]",
            (o, v) => o with { NodeStartTimeout = Duration.Parse(v) }),
        new("on-shutdown", "stop|drain|leave",
            "What the first SIGTERM does: end all sessions, wait until they end, or leave them to the next orchestrator on this run " +
                "directory; a second SIGTERM stops at once [stop]",
            (o, v) => o with { OnShutdown = Shutdown(v) }),
        new("drain-timeout", "TIME", "How long a drain waits for sessions to end [10m]",
            (o, v) => o with { DrainTimeout = Duration.Parse(v) }),
        new("shutdown-timeout", "TIME", "How long a shutdown can take [4s]", (o, v) => o with { ShutdownTimeout = Duration.Parse(v) }),
        new("api-key", "[NAME:]KEY", "Key that callers must send; can be given several times. NAME appears in logs [none]",
            (o, v) => o with { ApiKeys = [.. o.ApiKeys, NotEmpty(v)] }),
        new("api-key-file", "FILE", "File with API keys, one per line [none]", (o, v) => o with { ApiKeyFile = Path.GetFullPath(v) }),
        new("operator-key", "[NAME:]KEY",
            "Key whose holder can also see and end the sessions of others; can be given several times [none]",
            (o, v) => o with { OperatorKeys = [.. o.OperatorKeys, NotEmpty(v)] }),
        new("key-max-sessions", "N", "Number of live sessions that a key can have at the same time [none]",
            (o, v) => o with { KeyMaxSessions = Number(v, 1, MaxCount) }),
        new("key-max-creating", "N", "Number of creates that a key can have in progress, including those in the queue [none]",
            (o, v) => o with { KeyMaxCreating = Number(v, 1, MaxCount) }),
        new("key-creates-per-second", "N", "Number of creates that a key can start per second [none]",
            (o, v) => o with { KeyCreatesPerSecond = Number(v, 1, MaxCount) }),
        new("wrong-keys-per-second", "N",
            "Number of requests without a valid key that are answered per second for one client address; more wait a second and can " +
                "get 429. Requests with a valid key never wait [10]",
            (o, v) => o with { WrongKeysPerSecond = Number(v, 1, MaxCount) }),
        new("wrong-key-addresses", "N",
            "Number of client addresses whose requests without a valid key are counted separately; all others share one count [10000]",
            (o, v) => o with { WrongKeyAddresses = Number(v, 1, MaxCount) }),
        new("trusted-proxy", "ADDRESS",
            "IP address of a proxy whose X-Forwarded-For, -Host and -Proto are trusted; can be given several times [none]",
            (o, v) => o with { TrustedProxies = [.. o.TrustedProxies, IPAddress.Parse(v)] }),
        new("allow-anonymous", null, "Listen beyond loopback without keys", (o, v) => o with { AllowAnonymous = bool.Parse(v) }),
        new("allow-host", "NAME",
            "Host name by which callers without a key can reach this node, in addition to IP addresses and localhost; can be given " +
                "several times [none]",
            (o, v) => o with { AllowedHosts = [.. o.AllowedHosts, NotEmpty(v)] }),
        new("public-url", "URL", "URL by which clients reach this node [the Host of each request]",
            (o, v) => o with { PublicUrl = Http(v) }),
        new("node-id", "N", "Number of this node, part of every session id [0]",
            (o, v) => o with { NodeId = Number(v, 0, ushort.MaxValue) }),
    ];

    private static int Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"'{text}' is not a whole number from {least} to {most}");

    private static long Limit(string text, long least, long most)
    {
        if (text == "none")
            return Options.NoLimit;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"'{text}' is neither none nor a whole number from {least} to {most}");
    }

    private static string NotEmpty(string text) => text.Length > 0 ? text : throw new FormatException("the value is empty");

    private static string Rule(string text)
    {
        EgressRules.Parse([text]);
        return text;
    }

    // The worker gets all folders as one text, separated by colons.
    private static string Folder(string text) => text.Contains(':', StringComparison.Ordinal)
        ? throw new FormatException($"'{text}' contains a colon: use a path without one")
        : Path.GetFullPath(text);

    private static T Choice<T>(string text, string one, T ifOne, string other, T ifOther) =>
        text == one ? ifOne : text == other ? ifOther : throw new FormatException($"'{text}' is neither {one} nor {other}");

    private static OnShutdown Shutdown(string text) => text switch
    {
        "stop" => OnShutdown.Stop,
        "drain" => OnShutdown.Drain,
        "leave" => OnShutdown.Leave,
        _ => throw new FormatException($"'{text}' is neither stop, drain nor leave"),
    };

    private static Options Ports(Options options, string text)
    {
        var ends = text.Split('-');
        if (ends.Length != 2)
            throw new FormatException($"'{text}' is not a range such as 20000-29999");
        var (first, last) = (Number(ends[0], 1, 65535), Number(ends[1], 1, 65535));
        return first <= last
            ? options with { FirstWorkerPort = first, LastWorkerPort = last }
            : throw new FormatException($"'{text}' ends before it begins: write the lower port first");
    }

    private static Uri Http(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new FormatException($"'{text}' is not an http or https URL");
}
