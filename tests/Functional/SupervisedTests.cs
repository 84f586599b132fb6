using System.Net;
using System.Net.Sockets;
using Steelyard.Contract;
using Steelyard.Hosting;
using Steelyard.Processes;
using Steelyard.Tests.Unit;

namespace Steelyard.Tests.Functional;

/// <summary>
/// The listening socket outlives the orchestrator: clients that connect during its restart wait, and none is refused.
/// </summary>
public sealed class SupervisedTests
{
    private const string Form = """<input><button onclick="out.value = Number(out.value) + 1">More</button><output id="out">0</output>""";

    [Fact]
    public async Task A_signal_goes_on_to_the_orchestrator_and_ends_both()
    {
        await using var node = await NodeProcess.StartAsync(null, "--supervised");
        var workers = await node.WorkerPidsAsync(4);
        var orchestrator = Assert.Single(node.Children());
        node.Process.Send(Signal.Terminate);
        Assert.Equal(0, (await node.Process.Exited.WaitAsync(TimeSpan.FromSeconds(10))).Code);
        Assert.All([orchestrator, .. workers], pid => Assert.False(Kill.IsAlive(pid)));
    }

    [Fact]
    public async Task One_whose_supervisor_is_killed_leaves_its_sessions_to_the_next()
    {
        await using var first = await NodeProcess.StartAsync(null, "--supervised");
        var id = await first.CreateAsync();
        var worker = await first.PidOfAsync(id);
        var orchestrator = Assert.Single(first.Children());
        await first.KillAsync();
        await Eventually.IsTrueAsync(() => !Kill.IsAlive(orchestrator), "the orchestrator leaves");
        await using var second = await NodeProcess.StartAsync(first.RunDirectory, "--supervised");
        Assert.Equal(HttpStatusCode.OK, await second.SettledAsync($"/sessions/{id}"));
        Assert.Equal(worker, await second.PidOfAsync(id));
    }

    [Fact]
    public async Task One_that_hangs_is_killed_and_the_next_takes_over_its_sessions()
    {
        await using var node = await NodeProcess.StartAsync(null, "--supervised", "--node-hang-timeout", "3s");
        var id = await node.CreateAsync();
        var worker = await node.PidOfAsync(id);
        var hung = Assert.Single(node.Children());
        await Kill.StopAsync(hung);
        await Eventually.IsTrueAsync(() => !Kill.IsAlive(hung), "it is killed", seconds: 60);
        Assert.Equal(HttpStatusCode.OK, await node.SettledForNewClientAsync($"/sessions/{id}"));
        using var http = new HttpClient { BaseAddress = node.Http.BaseAddress };
        Assert.Contains($"\"pid\":{worker},", await http.GetStringAsync("/workers"), StringComparison.Ordinal);
        Assert.Contains("hangs: it has neither answered nor accepted anything for ", await node.OutputAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("leave")]
    public async Task A_stop_kills_one_that_hangs_and_its_workers_unless_they_are_to_be_left(string how)
    {
        await using var node = await NodeProcess.StartAsync(null, "--supervised", "--on-shutdown", how, "--shutdown-timeout", "2s");
        var workers = await node.WorkerPidsAsync(4);
        var hung = Assert.Single(node.Children());
        await Kill.StopAsync(hung);
        node.Process.Send(Signal.Terminate);
        Assert.Equal(1, (await node.Process.Exited.WaitAsync(TimeSpan.FromSeconds(40))).Code);
        Assert.False(Kill.IsAlive(hung));
        Assert.All(workers, pid => Assert.Equal(how == "leave", Kill.IsAlive(pid)));
        await using var next = await NodeProcess.StartAsync(node.RunDirectory);
        await next.WorkerPidsAsync(4);
    }

    [Fact]
    public async Task A_second_signal_gives_one_that_hangs_no_more_time()
    {
        await using var node = await NodeProcess.StartAsync(null, "--supervised", "--shutdown-timeout", "10m");
        var workers = await node.WorkerPidsAsync(4);
        var hung = Assert.Single(node.Children());
        await Kill.StopAsync(hung);
        node.Process.Send(Signal.Terminate);
        node.Process.Send(Signal.Interrupt);
        Assert.Equal(1, (await node.Process.Exited.WaitAsync(TimeSpan.FromSeconds(40))).Code);
        Assert.All([hung, .. workers], pid => Assert.False(Kill.IsAlive(pid)));
    }

    [Fact]
    public async Task One_that_cannot_start_ends_the_supervisor_only_when_its_options_are_to_blame()
    {
        await using var bad = NodeProcess.Spawn(null, "--supervised", "--worker", "/no/such/{port}");
        Assert.Equal(CommandLine.BadOptions, (await bad.Process.Exited.WaitAsync(TimeSpan.FromSeconds(20))).Code);

        await using var holder = await NodeProcess.StartAsync();
        await using var waiting = NodeProcess.Spawn(holder.RunDirectory, "--supervised"); // Another orchestrator uses this run directory.
        await Eventually.IsTrueAsync(
            async () => (await waiting.OutputAsync()).Contains("starting it again in 0.2 s", StringComparison.Ordinal),
            "it tries again, ever more slowly",
            seconds: 20);
        await holder.KillAsync();
        await Eventually.IsTrueAsync(
            async () => (await waiting.OutputAsync()).Contains("listens on", StringComparison.Ordinal),
            "it runs once there is room",
            seconds: 20);
    }

    [Fact]
    public async Task A_socket_that_an_init_system_opened_is_served_and_outlives_the_orchestrator()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(64);
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        await using var first = await NodeProcess.StartOnAsync(socket, null);
        Assert.Equal(port, first.Http.BaseAddress!.Port);
        var id = await first.CreateAsync();
        await first.KillAsync();

        // No orchestrator serves this connection yet; the kernel accepts it.
        var waiting = first.SettledForNewClientAsync($"/sessions/{id}");
        await using var second = await NodeProcess.StartOnAsync(socket, first.RunDirectory);
        Assert.Equal(HttpStatusCode.OK, await waiting);
    }

    [Fact]
    public async Task A_socket_that_an_init_system_opened_to_the_network_needs_a_key()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        socket.Listen(64);
        await using var node = NodeProcess.SpawnOn(socket, null);
        Assert.Equal(2, (await node.Process.Exited.WaitAsync(TimeSpan.FromSeconds(20))).Code);
        Assert.Contains("--bind 0.0.0.0 would let anyone", await node.OutputAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Playwright_script_goes_on_in_the_same_tab()
    {
        var playwright = Path.Combine(Repository.Root, "tester", "node_modules", "playwright-core");
        if (BrowserLocator.Find(null) is null || !Directory.Exists(playwright))
            Assert.Skip("Chromium or Playwright is not installed: run `make browser` and `npm ci` in tester/");
        await using var site = await Site.StartAsync(new() { ["/"] = Form });
        await using var node = await NodeProcess.StartAsync(
            null, "--supervised", "--worker", "chromium", "--warm", "1", "--egress", "allow:127.0.0.1");
        var address = $"ws://{node.Http.BaseAddress!.Authority}/sessions/{await node.CreateAsync()}/cdp";
        var log = Path.Combine(node.RunDirectory, "script.log");
        var script = OsProcess.Start(new("/usr/bin/env", [
            "node", Path.Combine(AppContext.BaseDirectory, "Functional", "same-tab.mjs"), playwright, address, site.Url,
        ])
        {
            LogPath = log,
        });
        await Eventually.IsTrueAsync(
            async () => File.Exists(log) && (await File.ReadAllTextAsync(log)).Contains("half done", StringComparison.Ordinal),
            "the script is half done",
            seconds: 30);

        Kill.Now(Assert.Single(node.Children()));
        var status = await script.Exited.WaitAsync(TimeSpan.FromSeconds(30));
        var printed = await File.ReadAllTextAsync(log);
        Assert.True(status.Code == 0, printed);
        Assert.Equal(
            $$"""{"sameTab":true,"tabs":1,"url":"{{site.Url}}/","value":"half and half","clicks":"2"}""", printed.Trim().Split('\n')[^1]);
    }
}
