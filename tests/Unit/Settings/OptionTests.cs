using Microsoft.Extensions.Logging;
using Steelyard.Contract;
using Steelyard.Settings;

namespace Steelyard.Tests.Unit.Settings;

public sealed class OptionTests
{
    // Name, a good value, what it sets, the value it sets, bad values. An option that takes any text has no bad values.
    private static readonly (string Name, string Good, Func<Options, object?> Read, object? Expected, string[] Bad)[] Table =
    [
        ("bind", "localhost", o => o.Bind, "127.0.0.1", ["", "myhost", "127.0.0.1:80", "999.1.1.1"]),
        ("port", "0", o => o.Port, 0, ["", "-1", "65536", "http", "8080.0", " 80"]),
        ("worker", "./steel --flag", o => o.Worker, "./steel --flag", []),
        ("worker-api", "steel", o => o.WorkerApi, WorkerApi.Steel, ["", "Steel", "w3c"]),
        ("warm", "0", o => o.Warm, 0, ["", "-1", "10001", "four"]),
        ("max-workers", "10000", o => o.MaxWorkers, 10_000, ["0", "10001", "all"]),
        ("session-ttl", "90s", o => o.SessionTtl, TimeSpan.FromSeconds(90), ["60", "0s", "none"]),
        ("session-max-age", "2h", o => o.SessionMaxAge, TimeSpan.FromHours(2), ["0s", "never"]),
        ("on-worker-lost", "restore", o => o.OnWorkerLost, OnWorkerLost.Restore, ["", "Restore", "1", "restart"]),
        ("max-restores", "3", o => o.MaxRestores, 3, ["0", "1000001", "many"]),
        ("queue-limit", "1", o => o.QueueLimit, 1, ["0", "-1", "1000001", "none"]),
        ("queue-timeout", "5s", o => o.QueueTimeout, TimeSpan.FromSeconds(5), ["5", "soon"]),
        ("worker-start-timeout", "1m", o => o.WorkerStartTimeout, TimeSpan.FromMinutes(1), ["60", "0ms"]),
        ("worker-timeout", "250ms", o => o.WorkerTimeout, TimeSpan.FromMilliseconds(250), ["250", "-1s"]),
        ("worker-stop-grace", "3s", o => o.WorkerStopGrace, TimeSpan.FromSeconds(3), ["3", ""]),
        ("probe-interval", "2s", o => o.ProbeInterval, TimeSpan.FromSeconds(2), ["2", "0s"]),
        ("idle-probe-interval", "9s", o => o.IdleProbeInterval, TimeSpan.FromSeconds(9), ["9", "0s"]),
        ("hang-timeout", "9s", o => o.HangTimeout, TimeSpan.FromSeconds(9), ["9", "0s"]),
        ("starved-timeout", "9s", o => o.StarvedTimeout, TimeSpan.FromSeconds(9), ["9", "0s"]),
        ("start-concurrency", "8", o => o.StartConcurrency, 8, ["0", "1001", "x"]),
        ("idle-shrink", "10s", o => o.IdleShrink, TimeSpan.FromSeconds(10), ["10", "0s"]),
        ("worker-ports", "30000-30009", o => (o.FirstWorkerPort, o.LastWorkerPort), (30000, 30009),
            ["", "30000", "30009-30000", "0-10", "1-65536", "1-2-3", "a-b", "-5"]),
        ("egress", "allow:127.0.0.1:8080", o => o.EgressRules.SingleOrDefault(), "allow:127.0.0.1:8080",
            ["", "allow", "allow:", "block:example.com", "allow:10.0.0.1/8", "deny:host:0", "Open"]),
        ("browser-folder", "/tmp/here/../there", o => o.BrowserFolders.SingleOrDefault(), "/tmp/there", ["", "/tmp/a:b"]),
        ("worker-memory", "1G", o => o.WorkerMemoryBytes, 1L << 30, ["", "1", "1GB", "-1"]),
        ("worker-processes", "none", o => o.WorkerProcesses, Options.NoLimit, ["", "0", "1000001", "all"]),
        ("worker-files", "64", o => o.WorkerFiles, 64, ["", "63", "1000001"]),
        ("memory-reserve", "64M", o => o.MemoryReserve, 64L << 20, ["", "1GB", "-1"]),
        ("worker-disk", "16M", o => o.WorkerDiskBytes, 16L << 20, ["", "16777215", "1GB", "-1"]),
        ("run-dir", "/tmp/here/../there", o => o.RunDirectory, "/tmp/there", [""]),
        ("data-dir", "/var/lib/x/../y", o => o.DataDirectory, "/var/lib/y", []),
        ("history", "none", o => o.History, false, ["", "off", "None", "true"]),
        ("history-age", "90d", o => o.HistoryAge, TimeSpan.FromDays(90), ["90", "0d", "3651d", "none"]),
        ("history-size", "1048576", o => o.HistorySize, 1L << 20, ["1048575", "1MB", "-1", "2147483648"]),
        ("tls-cert", "/c.pem", o => o.TlsCert, "/c.pem", [""]),
        ("tls-key", "/k.pem", o => o.TlsKey, "/k.pem", [""]),
        ("record", "frames", o => o.Record, RecordMode.Frames, ["", "on", "Events"]),
        ("record-queries", "true", o => o.RecordQueries, true, ["", "yes"]),
        ("record-age", "1h", o => o.RecordAge, TimeSpan.FromHours(1), ["60", "0s", "3651d"]),
        ("record-space", "2M", o => o.RecordSpace, 2L << 20, ["", "1048575", "1GB"]),
        ("key-record-space", "2M", o => o.KeyRecordSpace, 2L << 20, ["", "1048575", "1GB"]),
        ("max-worker-log", "1024", o => o.MaxWorkerLogBytes, 1024L, ["1023", "1MB", "-1"]),
        ("max-page-calls", "3", o => o.MaxPageCalls, 3, ["0", "10001", "half"]),
        ("max-body", "64MiB", o => o.MaxBodyBytes, 64 << 20, ["1", "67108865", "1MB"]),
        ("body-grace", "2s", o => o.BodyGrace, TimeSpan.FromSeconds(2), ["2", "0s"]),
        ("body-rate", "1", o => o.BodyBytesPerSecond, 1, ["0", "fast"]),
        ("max-connections", "5", o => o.MaxConnections, 5, ["0", "1000001"]),
        ("max-attached", "5", o => o.MaxAttached, 5, ["0", "1000001"]),
        ("address-max-connections", "5", o => o.AddressMaxConnections, 5, ["0", "1000001", "none"]),
        ("idle-timeout", "30s", o => o.IdleTimeout, TimeSpan.FromSeconds(30), ["30", "0s"]),
        ("head-timeout", "2s", o => o.HeadTimeout, TimeSpan.FromSeconds(2), ["2", "0s"]),
        ("max-request-line", "1048576", o => o.MaxRequestLineBytes, 1 << 20, ["255", "1048577", "8KB"]),
        ("max-headers", "16", o => o.MaxHeaders, 16, ["15", "10001"]),
        ("max-header-bytes", "1024", o => o.MaxHeaderBytes, 1024, ["1023", "1048577", "32KB"]),
        ("reply-rate", "1", o => o.ReplyBytesPerSecond, 1, ["0", "slow"]),
        ("dead-peer-timeout", "30s", o => o.DeadPeerTimeout, TimeSpan.FromSeconds(30), ["30", "0s"]),
        ("tombstones", "0", o => o.Tombstones, 0, ["-1", "1000001"]),
        ("node-hang-timeout", "9s", o => o.NodeHangTimeout, TimeSpan.FromSeconds(9), ["9", "0s"]),
        ("node-start-timeout", "9m", o => o.NodeStartTimeout, TimeSpan.FromMinutes(9), ["9", "0s"]),
        ("supervised", "true", o => o.Supervised, true, ["", "yes"]),
        ("on-shutdown", "leave", o => o.OnShutdown, OnShutdown.Leave, ["", "Stop", "kill"]),
        ("drain-timeout", "1h", o => o.DrainTimeout, TimeSpan.FromHours(1), ["60", "0s"]),
        ("shutdown-timeout", "9s", o => o.ShutdownTimeout, TimeSpan.FromSeconds(9), ["9", "0s"]),
        ("api-key", "secret", o => o.ApiKeys.Single(), "secret", [""]),
        ("api-key-file", "/etc/keys", o => o.ApiKeyFile, "/etc/keys", [""]),
        ("operator-key", "boss:secret", o => o.OperatorKeys.SingleOrDefault(), "boss:secret", [""]),
        ("key-max-sessions", "3", o => o.KeyMaxSessions, 3, ["0", "many"]),
        ("key-max-creating", "2", o => o.KeyMaxCreating, 2, ["0", "many"]),
        ("key-creates-per-second", "5", o => o.KeyCreatesPerSecond, 5.0, ["0", "0.5", "many"]),
        ("key-max-streams", "3", o => o.KeyMaxStreams, 3, ["0", "many"]),
        ("wrong-keys-per-second", "3", o => o.WrongKeysPerSecond, 3, ["0", "none"]),
        ("wrong-key-addresses", "5", o => o.WrongKeyAddresses, 5, ["0", "none"]),
        ("trusted-proxy", "10.0.0.1", o => o.TrustedProxies.SingleOrDefault()?.ToString(), "10.0.0.1", ["", "proxy"]),
        ("max-context", "1024", o => o.MaxContextBytes, 1024, ["1023", "67108865"]),
        ("max-artifact", "1024", o => o.MaxArtifactBytes, 1024, ["1023", "1MB"]),
        ("list-memory", "1048576", o => o.ListMemoryBytes, 1 << 20, ["1048575", "1MB"]),
        ("max-artifacts", "1", o => o.MaxArtifacts, 1, ["0", "100001"]),
        ("artifact-space", "4096", o => o.ArtifactSpaceBytes, 4096, ["1023", "4GB"]),
        ("artifact-life", "1m", o => o.ArtifactLife, TimeSpan.FromMinutes(1), ["60", "0s"]),
        ("page-timeout", "10s", o => o.PageTimeout, TimeSpan.FromSeconds(10), ["10", "0s"]),
        ("allow-anonymous", "true", o => o.AllowAnonymous, true, ["", "yes", "1"]),
        ("allow-host", "grid.lan", o => o.AllowedHosts.SingleOrDefault(), "grid.lan", [""]),
        ("public-url", "https://grid.example/x", o => o.PublicUrl, new Uri("https://grid.example/x"),
            ["", "grid.example", "/x", "ftp://grid.example", "ws://grid.example"]),
        ("webhook", "http://hooks.example/x", o => o.Webhook, new Uri("http://hooks.example/x"),
            ["", "hooks.example", "ftp://hooks.example"]),
        ("webhook-event", "worker.*", o => o.WebhookEvents.SingleOrDefault(), "worker.*", [""]),
        ("webhook-secret-file", "/etc/secret", o => o.WebhookSecretFile, "/etc/secret", [""]),
        ("webhook-give-up", "5m", o => o.WebhookGiveUp, TimeSpan.FromMinutes(5), ["60", "0s"]),
        ("log-format", "json", o => o.LogFormat, LogFormat.Json, ["", "Json", "xml"]),
        ("log-level", "warning", o => o.LogLevel, LogLevel.Warning, ["", "warn", "none"]),
        ("node-id", "65535", o => o.NodeId, 65535, ["-1", "65536", "a"]),
        ("cluster", "redis://10.0.0.1", o => o.Cluster, "redis://10.0.0.1", ["", "10.0.0.1:6379", "http://10.0.0.1"]),
        ("cluster-name", "blue", o => o.ClusterName, "blue", ["", "a b", "x/y"]),
        ("cluster-secret-file", "/etc/secret", o => o.ClusterSecretFile, "/etc/secret", [""]),
        ("node", "berlin-1", o => o.NodeName, "berlin-1", ["", "a.b", "a b"]),
        ("region", "eu", o => o.Region, "eu", ["", "a b"]),
        ("advertise", "10.0.0.1:7400", o => o.Advertise.ToString(), "10.0.0.1:7400", ["", "10.0.0.1", "host:1", "10.0.0.1:65535"]),
        ("cluster-bind", "0.0.0.0", o => o.ClusterBind, "0.0.0.0", ["", "host"]),
        ("redirect", "https://node-1.example:8443", o => o.Redirect, new Uri("https://node-1.example:8443"),
            ["", "node-1:8080", "/x", "ftp://node-1", "http://node-1/x", "http://node-1/?x", "http://node-1/#x", "http://a@node-1/"]),
        ("cluster-grace", "8s", o => o.ClusterGrace, TimeSpan.FromSeconds(8), ["8", "0s"]),
        ("cluster-copy-limit", "2M", o => o.ClusterCopyLimit, 2 << 20, ["", "1", "65M"]),
    ];

    public static IEnumerable<TheoryDataRow<string>> Names => OptionTable.All.Select(option => new TheoryDataRow<string>(option.Name));

    public static IEnumerable<TheoryDataRow<string, string>> BadValues =>
        Table.SelectMany(row => row.Bad.Select(bad => new TheoryDataRow<string, string>(row.Name, bad)));

    [Fact]
    public void Every_option_has_a_row_in_this_table() =>
        Assert.Equal(OptionTable.All.Select(option => option.Name).Order(), Table.Select(row => row.Name).Order());

    [Theory]
    [MemberData(nameof(Names))]
    public void A_good_value_is_set(string name)
    {
        var row = Table.Single(row => row.Name == name);
        var options = Named(name).Apply(new(), row.Good);
        Assert.Equal(row.Expected, row.Read(options));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_option_sets_nothing_but_its_own(string name)
    {
        var row = Table.Single(row => row.Name == name);
        var options = Named(name).Apply(new(), row.Good);
        foreach (var other in Table.Where(other => other.Name != name && other.Name != "api-key"))
            Assert.Equal(other.Read(new()), other.Read(options));
    }

    [Theory]
    [MemberData(nameof(BadValues))]
    public void A_bad_value_is_refused(string name, string bad)
    {
        var e = Record.Exception(() => Named(name).Apply(new(), bad));
        Assert.True(e is FormatException or ArgumentException, $"--{name} '{bad}' gave {e?.GetType().Name ?? "no exception"}");
    }

    [Fact]
    public void Keys_add_up() => Assert.Equal(["a", "b"], Named("api-key").Apply(Named("api-key").Apply(new(), "a"), "b").ApiKeys);

    [Fact]
    public void An_age_of_none_is_no_age() =>
        Assert.Null(Named("session-max-age").Apply(new() { SessionMaxAge = TimeSpan.FromHours(1) }, "none").SessionMaxAge);

    [Fact]
    public void Every_default_in_the_help_is_the_default_of_the_options()
    {
        // Only help texts that end in "[value]" with a value that the option itself can read.
        foreach (var row in Table.Where(row => row.Bad.Length > 0))
        {
            var help = Named(row.Name).Help;
            var start = help.IndexOf('[', StringComparison.Ordinal);
            if (start < 0)
                continue;
            var text = help[(start + 1)..help.IndexOf(']', StringComparison.Ordinal)];
            if (!text.Contains(' ', StringComparison.Ordinal) && text != "none")
                Assert.Equal(row.Read(new()), row.Read(Named(row.Name).Apply(new(), text)));
        }
    }

    private static Option Named(string name) => OptionTable.All.Single(option => option.Name == name);
}
