using static Steelyard.Settings.OptionValues;

namespace Steelyard.Settings;

/// <content>Most used.</content>
public static partial class OptionTable
{
    private static OptionGroup Common => new("Most used",
    [
        new("bind", "ADDRESS", "IP address to listen on; any address but loopback needs an --api-key or --allow-anonymous [127.0.0.1]",
            (o, v) => o with { Bind = Address(v) }),
        new("port", "N", "TCP port to listen on; 0 chooses a free port [8080]", (o, v) => o with { Port = Number(v, 0, 65535) }),
        new("worker", "WHAT", "auto, chromium, simulated, or a program that implements the worker API, with its arguments [auto]",
            (o, v) => o with { Worker = v }),
        new("warm", "N", "Number of idle workers to keep ready; more while creates arrive often [4]",
            (o, v) => o with { Warm = Number(v, 0, 10_000) }),
        new("max-workers", "N", "Maximum number of workers, and so of live sessions [by memory, at least 16]",
            (o, v) => o with { MaxWorkers = Number(v, 1, 10_000) }),
        new("session-ttl", "TIME", "A session that is idle for this time ends [60s]",
            (o, v) => o with { SessionTtl = Duration.Parse(v) }),
        new("session-max-age", "TIME", "A session of this age ends, even if it is in use [none]",
            (o, v) => o with { SessionMaxAge = v == "none" ? null : Duration.Parse(v) }),
        new("api-key", "[NAME:]KEY", "Key that callers must send; can be given several times. NAME appears in logs [none]",
            (o, v) => o with { ApiKeys = [.. o.ApiKeys, NotEmpty(v)] }),
        new("api-key-file", "FILE", "File with API keys, one per line; SIGHUP reads it again [none]",
            (o, v) => o with { ApiKeyFile = Path.GetFullPath(v) }),
        new("operator-key", "[NAME:]KEY",
            "Key whose holder can also see and end the sessions of others; can be given several times [none]",
            (o, v) => o with { OperatorKeys = [.. o.OperatorKeys, NotEmpty(v)] }),
        new("tls-cert", "FILE", "Certificate (PEM, with its chain) for https; read again when it changes [none: http]",
            (o, v) => o with { TlsCert = Path.GetFullPath(v) }),
        new("tls-key", "FILE", "Private key of --tls-cert (PEM) [none]", (o, v) => o with { TlsKey = Path.GetFullPath(v) }),
        new("egress", "RULE",
            "Where browsers can connect: open, or rules allow:WHAT and deny:WHAT. WHAT is a host, an address or a network, optionally " +
                "with :PORT. Can be given several times; the first rule that matches decides " +
                "[the internet, not this machine or private networks]",
            (o, v) => o with { EgressRules = [.. o.EgressRules, Rule(v)] }),
        new("public-url", "URL", "URL by which clients reach this node [the Host of each request]",
            (o, v) => o with { PublicUrl = HttpUrl(v) }),
        new("run-dir", "DIR", "Folder for the workers' files and what the next orchestrator needs [by port, in the user's runtime folder]",
            (o, v) => o with { RunDirectory = Path.GetFullPath(v) }),
        new("data-dir", "DIR", "Folder for the history of ended sessions [by port, in the user's state folder; none with --port 0]",
            (o, v) => o with { DataDirectory = v.Length > 0 ? Path.GetFullPath(v) : "" }),
        new("on-shutdown", "stop|drain|leave",
            "What the first SIGTERM does: end all sessions, wait until they end, or leave them to the next orchestrator on this run " +
                "directory; a second SIGTERM stops at once [stop]",
            (o, v) => o with { OnShutdown = Shutdown(v) }),
        new("log-format", "text|json", "Form of the log's lines [text]",
            (o, v) => o with { LogFormat = Choice(v, "text", LogFormat.Text, "json", LogFormat.Json) }),
        new("log-level", "debug|info|warning|error", "The least important lines that are logged [info]",
            (o, v) => o with { LogLevel = Level(v) }),
    ]);
}
