using System.Net;
using Steelyard.Processes;
using Steelyard.Tests.Faults;

namespace Steelyard.Tests.Functional;

/// <summary>
/// A worker that gets no CPU time is slow, not hung. No other test runs at the same time, because it would get no CPU time either.
/// </summary>
[Collection(FaultTable.Alone)]
public sealed class StarvationTests
{
    private const string Scheduler = "/usr/bin/chrt"; // From util-linux.
    private static readonly TimeSpan Rush = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task A_worker_that_waits_for_a_processor_keeps_its_session()
    {
        if (!File.Exists(Scheduler))
            Assert.Skip($"{Scheduler} is not installed: no process can be made to wait for others");
        await using var node = await TestNode.StartAsync(options => options with
        {
            Warm = 0,
            ProbeInterval = TimeSpan.FromMilliseconds(50),
            HangTimeout = TimeSpan.FromMilliseconds(200),
        });
        var id = await node.CreateAsync();
        var pid = await node.PidOfAsync(id);
        var wait = ProcessorWait.Begin(pid, TimeProvider.System);

        // Gives every thread the idle scheduling class, so that other processes always run first. The command fails when a thread ends
        // meanwhile, so it is repeated.
        await Eventually.IsTrueAsync(
            async () => (await RunAsync("-a", "-i", "-p", "0", $"{pid}")).Code == 0, "it is scheduled behind others");
        TimeSpan waited;
        var others = Others(24);
        try
        {
            await Task.Delay(Rush);
            waited = wait.Measure() ?? TimeSpan.Zero;
        }
        finally
        {
            others.ForEach(other => other.Send(Signal.Kill));
        }

        await Task.WhenAll(others.Select(other => other.Exited));
        Assert.Equal(HttpStatusCode.OK, await node.StatusOfAsync(id));
        Assert.Equal(pid, await node.PidOfAsync(id));
        if (waited < TimeSpan.FromSeconds(0.2))
            Assert.Skip($"the worker has waited for {waited.TotalSeconds:0.0} s only: this machine has processors to spare");
    }

    [Fact]
    public async Task A_node_that_waits_for_a_processor_takes_no_worker_for_hung()
    {
        await using var node = await NodeProcess.StartAsync(null, "--warm", "4", "--probe-interval", "50ms", "--hang-timeout", "200ms");
        var id = await node.CreateAsync();
        var workers = await node.WorkerPidsAsync(4);
        var pid = await node.PidOfAsync(id);
        var wait = ProcessorWait.Begin(node.Process.Pid, TimeProvider.System);
        TimeSpan waited;
        var others = Others(40);
        try
        {
            await UseAsync(node, id);
            waited = wait.Measure() ?? TimeSpan.Zero;
        }
        finally
        {
            others.ForEach(other => other.Send(Signal.Kill));
        }

        await Task.WhenAll(others.Select(other => other.Exited));
        Assert.Equal(HttpStatusCode.OK, (await node.GetAsync($"/sessions/{id}")).Status);
        Assert.Equal(pid, await node.PidOfAsync(id));
        var output = await node.OutputAsync();
        Assert.All(workers, worker => Assert.True(Kill.IsAlive(worker), output));
        if (waited < TimeSpan.FromSeconds(0.2))
            Assert.Skip($"the node has waited for {waited.TotalSeconds:0.0} s only: this machine has processors to spare");
    }

    [Fact]
    public async Task A_worker_that_hangs_is_noticed_while_others_use_all_processors()
    {
        await using var node = await TestNode.StartAsync(options => options with { Warm = 1, MaxWorkers = 1 });
        var id = await node.CreateAsync();
        var pid = await node.PidOfAsync(id);
        var others = Others(4);
        try
        {
            await Kill.StopAsync(pid);
            await Eventually.IsTrueAsync(() => !Kill.IsAlive(pid), "it was killed", seconds: 25);
            Assert.Equal("worker_lost", await node.ReasonOfAsync(id));
        }
        finally
        {
            others.ForEach(other => other.Send(Signal.Kill));
        }
    }

    // Gets from eight clients at once: the node has something to do all the time.
    private static Task UseAsync(NodeProcess node, string id)
    {
        var started = TimeProvider.System.GetTimestamp();
        return Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            while (TimeProvider.System.GetElapsedTime(started) < Rush)
                await node.GetAsync($"/sessions/{id}");
        }));
    }

    // Starts this many busy processes for each processor.
    private static List<OsProcess> Others(int each) =>
        [
            .. Enumerable.Range(0, each * Environment.ProcessorCount)
                .Select(_ => OsProcess.Start(new("/bin/sh", ["-c", "while :; do :; done"]))),
        ];

    private static async Task<ExitStatus> RunAsync(params string[] arguments) => await OsProcess.Start(new(Scheduler, arguments)).Exited;
}
