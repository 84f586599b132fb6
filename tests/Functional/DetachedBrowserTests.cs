using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Steelyard.Processes;

namespace Steelyard.Tests.Functional;

/// <summary>
/// Browsers in a separate process group and session (detached-worker.mjs) end when their worker has ended, and not before.
/// </summary>
public sealed class DetachedBrowserTests
{
    private const string Browser = "/usr/lib/chromium/chromium-headless-shell";
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "Functional", "detached-worker.mjs");

    [Theory]
    [InlineData("detached")]
    [InlineData("emptied")]
    [InlineData("orphaned")]
    public async Task They_end_with_their_worker_and_others_stay(string how)
    {
        await using var node = await StartAsync(how);
        await node.WorkerPidsAsync(2, seconds: 60);
        var workers = await node.WorkersAsync();
        var families = workers.ConvertAll(worker => BrowserOf(node, (string)worker["id"]!));
        Kill.Now((int)workers[0]["pid"]!);
        await NoneLeftAsync(families[0]);
        await node.WorkerPidsAsync(2, seconds: 60);
        Assert.All(families[1].Take(2), process => Assert.True(IsAlive(process))); // The browser and one of its child processes.
        Assert.True(Kill.IsAlive((int)workers[1]["pid"]!));
    }

    [Theory]
    [InlineData("detached")]
    [InlineData("emptied")]
    [InlineData("orphaned")]
    public async Task None_is_left_when_the_node_has_stopped(string how)
    {
        await using var node = await StartAsync(how);
        await node.WorkerPidsAsync(2, seconds: 60);
        var workers = await node.WorkersAsync();
        var family = workers.SelectMany(worker => BrowserOf(node, (string)worker["id"]!)).ToList();
        int[] ports =
            [.. workers.Select(worker => (int)worker["port"]!), .. workers.Select(worker => DevToolsPort(node, (string)worker["id"]!))];
        node.Process.Send(Signal.Terminate);
        Assert.Equal(0, (await node.Process.Exited.WaitAsync(TimeSpan.FromSeconds(30))).Code);
        Assert.Empty(family.Where(IsAlive).Select(process => $"{process.Pid}: {CommandLineOf(process.Pid)}"));
        Assert.DoesNotContain(ports, IsOpen);
    }

    [Theory]
    [InlineData("detached")]
    [InlineData("emptied")]
    [InlineData("orphaned")]
    public async Task Those_of_workers_that_died_while_no_node_ran_end_with_the_next_start(string how)
    {
        await using var first = await StartAsync(how);
        await first.WorkerPidsAsync(2, seconds: 60);
        var workers = await first.WorkersAsync();
        var families = workers.ConvertAll(worker => BrowserOf(first, (string)worker["id"]!));
        await first.KillAsync();
        Kill.Now((int)workers[0]["pid"]!);
        Assert.True(IsAlive(families[0][0]));
        await using var second = await StartAsync(how, first.RunDirectory);
        await NoneLeftAsync(families[0]);
        Assert.All(families[1].Take(2), process => Assert.True(IsAlive(process)));
        Assert.Contains((int)workers[1]["pid"]!, await second.WorkerPidsAsync(2, seconds: 60));
        Kill.Now((int)workers[1]["pid"]!); // This process is not a child of this node.
        await NoneLeftAsync(families[1]);
    }

    [Fact]
    public async Task They_are_left_where_workers_are_left()
    {
        await using var first = await StartAsync("emptied", null, "--on-shutdown", "leave");
        await first.WorkerPidsAsync(2, seconds: 60);
        var family = (await first.WorkersAsync()).SelectMany(worker => BrowserOf(first, (string)worker["id"]!).Take(2)).ToList();
        first.Process.Send(Signal.Terminate);
        await first.Process.Exited.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.All(family, process => Assert.True(IsAlive(process)));
        await using var second = await StartAsync("emptied", first.RunDirectory);
        await second.WorkerPidsAsync(2, seconds: 60);
        Assert.All(family, process => Assert.True(IsAlive(process)));
    }

    [Fact]
    public async Task They_count_for_their_workers_limits()
    {
        await using var node = await StartAsync("emptied", null, "--worker-processes", "2");
        await Eventually.IsTrueAsync(
            async () => (await node.OutputAsync()).Contains("processes, but its limit is 2", StringComparison.Ordinal),
            "they are counted",
            seconds: 60);
    }

    private static Task<NodeProcess> StartAsync(string how, string? runDirectory = null, params string[] options)
    {
        if (!File.Exists(Browser))
            Assert.Skip($"no browser at {Browser}: run `make browser`");
        return NodeProcess.StartAsync(
            runDirectory,
            [
                "--worker", $"/usr/bin/env node {Script} {how} {Browser}", "--warm", "2", "--max-workers", "2", "--worker-start-timeout",
                "60s", .. options,
            ]);
    }

    // The browser whose profile is in this worker's folder, and all its descendants, ordered by pid.
    private static List<ProcessIdentity> BrowserOf(NodeProcess node, string worker)
    {
        // A child that has not called exec yet still shows the command line of its parent.
        var matches = ProcFile.Pids().Where(IsMain).ToHashSet();
        var main = matches.Single(pid => ProcessStat.Read(pid) is { } stat && !matches.Contains(stat.Parent));
        var family = new List<int> { main };
        for (var i = 0; i < family.Count; i++)
            family.AddRange(ProcFile.Pids().Where(pid => ProcessStat.Read(pid)?.Parent == family[i]));
        Assert.True(family.Count >= 3, $"a browser of {family.Count} processes is none");
        Assert.NotEqual(node.Process.Pid, ProcessStat.Read(main)!.Value.Session);
        return [.. family.Select(ProcessIdentity.Of).OfType<ProcessIdentity>()];

        bool IsMain(int pid) => CommandLineOf(pid) is { } line && line.StartsWith(Browser, StringComparison.Ordinal)
            && line.Contains($"--user-data-dir={node.RunDirectory}/workers/{worker}/", StringComparison.Ordinal)
                && !line.Contains("--type=", StringComparison.Ordinal);
    }

    private static int DevToolsPort(NodeProcess node, string worker) =>
        int.Parse(
            File.ReadLines(Path.Combine(node.RunDirectory, "workers", worker, "profile", "DevToolsActivePort")).First(),
            CultureInfo.InvariantCulture);

    private static string? CommandLineOf(int pid)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/cmdline")).Replace('\0', ' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static Task NoneLeftAsync(List<ProcessIdentity> processes) =>
        Eventually.IsTrueAsync(() => !processes.Exists(IsAlive), "none of them is left", seconds: 30);

    private static bool IsAlive(ProcessIdentity process) => process.Exists && Kill.IsAlive(process.Pid);

    // A connection of another process may have the number meanwhile, so that a bind would tell less.
    private static bool IsOpen(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
