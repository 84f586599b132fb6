using System.Net;
using Steelyard.Processes;

namespace Steelyard.Tests.Functional;

/// <summary>The whole node does not run for a while, as on a laptop that sleeps or a virtual machine that is paused.</summary>
public sealed class StoppedNodeTests
{
    // The node wakes up after the deadline of the calls that were under way, and before the worker that owes the replies.
    [Fact]
    public async Task Sessions_with_calls_under_way_stay()
    {
        await using var node = await NodeProcess.StartAsync(null, "--warm", "1", "--max-workers", "1", "--worker-timeout", "1s");
        var id = await node.CreateAsync();
        var worker = await node.PidOfAsync(id);
        await Kill.StopAsync(worker);
        var calls = Enumerable.Range(0, 8).Select(_ => node.GetAsync($"/sessions/{id}")).ToList();
        await Task.Delay(TimeSpan.FromMilliseconds(300)); // The worker's socket holds the requests.
        node.Process.Send(Signal.Stop);
        await Task.Delay(TimeSpan.FromSeconds(4));
        node.Process.Send(Signal.Continue);
        await Task.Delay(TimeSpan.FromMilliseconds(100));
        Kill.Now(worker, Signal.Continue);

        foreach (var (status, _) in await Task.WhenAll(calls))
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{status}");
        Assert.Equal(HttpStatusCode.OK, (await node.GetAsync($"/sessions/{id}")).Status);
    }
}
