using System.Net;
using Steelyard.Processes;

namespace Steelyard.Tests.Functional;

/// <summary>The orchestrator as a separate process: its shutdown, and what it finds when it starts.</summary>
public sealed class LifetimeTests
{
    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Interrupt)]
    public async Task A_signal_ends_it_with_all_its_workers(Signal signal)
    {
        await using var node = await NodeProcess.StartAsync();
        var pids = await node.WorkerPidsAsync(4);
        node.Process.Send(signal);
        Assert.Equal(0, (await node.Process.Exited.WaitAsync(TimeSpan.FromSeconds(5))).Code);
        Assert.DoesNotContain(pids, Kill.IsAlive);
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(node.RunDirectory, "workers")));
    }

    [Fact]
    public async Task Creates_that_wait_are_answered_before_the_end()
    {
        await using var node = await NodeProcess.StartAsync(options: ["--max-workers", "1"]);
        await node.WorkerPidsAsync(1);
        using (var holder = await node.PostAsync())
            Assert.Equal(HttpStatusCode.Created, holder.StatusCode);
        var waits = node.PostAsync();
        await Eventually.IsTrueAsync(async () => (await node.StatusAsync())["queue"]!["length"]!.GetValue<int>() == 1, "one in line");
        node.Process.Send(Signal.Terminate);
        using var reply = await waits;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.StatusCode);
        Assert.Equal(0, (await node.Process.Exited.WaitAsync(TimeSpan.FromSeconds(5))).Code);
    }

    [Fact]
    public async Task A_second_one_on_the_same_run_directory_says_so_and_stops()
    {
        await using var first = await NodeProcess.StartAsync();
        await using var second = NodeProcess.Spawn(first.RunDirectory);
        Assert.Equal(1, (await second.Process.Exited).Code);
        Assert.Contains("another orchestrator", await second.OutputAsync(), StringComparison.Ordinal);
    }
}
