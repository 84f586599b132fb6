using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Steelyard.Contract;
using Steelyard.Tests.Unit;
using Steelyard.Workers;

namespace Steelyard.Tests.Functional;

/// <summary><c>steelyard doctor</c> on machines that lack something.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task On_a_machine_that_has_all_it_tries_a_session()
    {
        if (WorkerCommand.FindBundled(AppContext.BaseDirectory) is null || BrowserLocator.Find(null) is null)
            Assert.Skip("the bundled worker is not built, or no Chromium is installed: run `make build browser`");
        var (status, findings) = await RunAsync("--worker", "chromium");
        Assert.All(findings, finding => Assert.NotEqual("Bad", (string)finding["verdict"]!));
        Assert.Equal(0, status);
        Assert.Equal("Good", (string)findings.Single(finding => (string)finding["what"]! == "session")["verdict"]!);
        Assert.Contains(findings, finding => (string)finding["what"]! == "sandbox");
        Assert.Empty(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public async Task A_port_that_is_taken()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await HasAsync("port", $"Port {port} on 127.0.0.1 is taken", "choose --port", "--port", $"{port}");
    }

    [Fact]
    public async Task A_key_that_the_node_does_not_know()
    {
        await using var node = await TestNode.StartAsync(options => options with { ApiKeys = ["team:team-key"] });
        var port = $"{node.Http.BaseAddress!.Port}";
        await HasAsync("key", "does not know this key", "STEELYARD_API_KEY", "--port", port, "--api-key", "wrong");
        var (_, findings) = await RunAsync("--port", port, "--api-key", "team:team-key", "--worker", "simulated");
        Assert.Equal("Good", (string)findings.Single(finding => (string)finding["what"]! == "node")["verdict"]!);
    }

    [Fact]
    public async Task The_trial_has_a_key_of_its_own_beside_those_of_the_user()
    {
        if (WorkerCommand.FindBundled(AppContext.BaseDirectory) is null)
            Assert.Skip("the bundled worker is not built: run `make build`");
        var (status, findings) = await RunAsync("--worker", "simulated", "--operator-key", "ops:secret", "--api-key", "team:key");
        Assert.Equal("Good", (string)findings.Single(finding => (string)finding["what"]! == "session")["verdict"]!);
        Assert.Equal(0, status);
    }

    [Fact]
    public async Task A_run_directory_that_others_can_change()
    {
        Directory.CreateDirectory(folder.At("open"), (UnixFileMode)511);
        File.SetUnixFileMode(folder.At("open"), (UnixFileMode)511);
        await HasAsync("run dir", "all users may write into it", "--run-dir", "--run-dir", folder.At("open"));
    }

    [Fact]
    public Task A_run_directory_that_cannot_be_written() =>
        HasAsync("run dir", "/proc/steelyard", "choose another folder with --run-dir", "--run-dir", "/proc/steelyard");

    [Fact]
    public Task A_history_that_cannot_be_written() => HasAsync("history", "/proc/data", "--data-dir", "--data-dir", "/proc/data");

    [Fact]
    public Task A_worker_that_is_not_there() => HasAsync("worker", "no worker program at /nope", "Mend --worker", "--worker", "/nope");

    [Fact]
    public Task A_worker_that_does_not_start() => HasAsync(
        "trial", "does not have a worker ready", "docs/operations.md", "--worker", "/bin/false", "--worker-start-timeout", "1s");

    [Fact]
    public Task A_key_file_that_cannot_be_read() => HasAsync("keys", "/nope/keys", "Mend the file", "--api-key-file", "/nope/keys");

    private async Task HasAsync(string what, string detail, string remedy, params string[] words)
    {
        if (WorkerCommand.FindBundled(AppContext.BaseDirectory) is null)
            Assert.Skip("the bundled worker is not built: run `make build`");
        var (status, findings) = await RunAsync(words);
        Assert.Equal(1, status);
        var finding = findings.Single(finding => (string)finding["what"]! == what);
        Assert.Equal("Bad", (string)finding["verdict"]!);
        Assert.Contains(detail, (string)finding["detail"]!, StringComparison.Ordinal);
        Assert.Contains(remedy, (string)finding["remedy"]!, StringComparison.Ordinal);
    }

    private async Task<(int? Status, IReadOnlyList<JsonNode> Findings)> RunAsync(params string[] words)
    {
        string[] all = ["doctor", "--json", "--port", "0", "--run-dir", folder.At("run"), .. words];
        var (status, text) = await Tool.RunAsync([], all);
        return (status, [.. JsonNode.Parse(text)!.AsArray().Select(finding => finding!)]);
    }
}
