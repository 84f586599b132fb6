using System.Net;
using System.Net.Sockets;
using Steelyard.Processes;
using Steelyard.Tests.Unit;

namespace Steelyard.Tests.Functional;

/// <summary>What a start prints when something is in its way: one line that says what to do, and no stack trace.</summary>
public sealed class StartTextTests
{
    [Theory]
    [InlineData]
    [InlineData("--supervised")]
    public async Task A_port_that_is_taken(params string[] more)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var (status, text) = await RunAsync(["--port", $"{port}", "--history", "none", .. more]);
        Assert.Equal(1, status);
        Assert.Contains($"steelyard: Port {port} on 127.0.0.1 is taken", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--prot", "--prot is not an option: did you mean --port? See --help.")]
    [InlineData("--bind=myhost", "--bind: 'myhost' is not an IP address")]
    [InlineData("--worker-memory=2X", "--worker-memory: '2X' is not a size from 16M to 1024T")]
    [InlineData("--bind=203.0.113.7", "--bind 203.0.113.7 would let anyone on the network drive browsers here")]
    public async Task A_wrong_option(string option, string line)
    {
        var (status, text) = await RunAsync([option]);
        Assert.Equal(2, status);
        Assert.StartsWith($"steelyard: {line}", text, StringComparison.Ordinal);
        Assert.Single(text.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("#!/no/such/interpreter -x\n", "its interpreter /no/such/interpreter does not exist: correct its first line")]
    [InlineData("echo no shebang\n", "it is neither a program nor a script")]
    public void A_worker_script_that_the_kernel_cannot_start(string script, string reason)
    {
        using var folder = new TemporaryFolder();
        var path = folder.WriteProgram("worker");
        File.WriteAllText(path, script);
        Assert.Contains(
            reason, Assert.Throws<ProcessStartException>(() => OsProcess.Start(new(path, []))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"prot\": 9000}", "appsettings.json: prot is not an option: did you mean port? See --help.")]
    [InlineData("{\n  \"port\": 9000,\n  \"warm\": \n}", "appsettings.json, line 4: ")]
    public async Task A_wrong_settings_file(string settings, string line)
    {
        using var folder = new TemporaryFolder();
        folder.Write("appsettings.json", settings);
        await using var node = NodeProcess.SpawnIn(folder.Root, []);
        var (status, text) = await EndAsync(node);
        Assert.Equal(2, status);
        Assert.Contains(line, text, StringComparison.Ordinal);
        Assert.Single(text.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_home_that_cannot_be_used_is_no_reason_to_keep_the_history_in_the_working_directory()
    {
        using var folder = new TemporaryFolder();
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        await using var node = NodeProcess.SpawnIn(folder.Root, ["HOME=/proc/1/nope", "XDG_STATE_HOME="], "--port", $"{port}");
        await Eventually.IsTrueAsync(async () => (await node.OutputAsync()).Contains("run dir", StringComparison.Ordinal), "it listens");
        Assert.Contains(
            "history   none: this user has no home directory that can be used, so choose --data-dir",
            await node.OutputAsync(),
            StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Root));
    }

    private static async Task<(int? Status, string Text)> RunAsync(string[] arguments)
    {
        await using var node = NodeProcess.Spawn(options: arguments);
        return await EndAsync(node);
    }

    private static async Task<(int? Status, string Text)> EndAsync(NodeProcess node)
    {
        var status = await node.Process.Exited.WaitAsync(TimeSpan.FromSeconds(20));
        return (status.Code, await node.OutputAsync());
    }
}
