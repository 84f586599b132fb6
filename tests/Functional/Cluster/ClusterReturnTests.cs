using System.Net;
using Steelyard.Processes;

namespace Steelyard.Tests.Functional.Cluster;

/// <summary>A node that was away for a moment has its sessions again.</summary>
public sealed class ClusterReturnTests
{
    [Fact]
    public async Task A_node_that_is_restarted_in_its_place_keeps_its_sessions()
    {
        // Half of the grace must suffice for a kill, a start and a join, also on a machine that runs other tests.
        await using var cluster = await TestCluster.StartAsync(
            "redis", 3, "--warm", "2", "--max-workers", "8", "--session-ttl", "5m", "--cluster-grace", "60s");
        var session = await cluster.CreateOnAsync(1);
        for (var i = 0; i < (LongForm.OfClusters ? 5 : 1); i++)
        {
            await cluster.RestartAsync(1);
            await cluster.KnowEachOtherAsync();
            foreach (var node in cluster.Nodes)
                Assert.Equal(HttpStatusCode.OK, await node.SettledAsync($"/sessions/{session}"));
        }
    }

    [Fact]
    public async Task A_node_that_hangs_for_a_moment_keeps_its_sessions()
    {
        await using var cluster = await TestCluster.StartAsync("redis", 3, ["--warm", "2", "--max-workers", "8", "--session-ttl", "5m"]);
        var session = await cluster.CreateOnAsync(2);
        await Kill.StopAsync(cluster.Nodes[2].Process.Pid);
        await Task.Delay(TimeSpan.FromSeconds(5)); // Long enough for the others to declare it dead.
        cluster.Nodes[2].Process.Send(Signal.Continue);
        foreach (var node in cluster.Nodes)
            Assert.Equal(HttpStatusCode.OK, await node.SettledAsync($"/sessions/{session}"));
        await cluster.KnowEachOtherAsync();
        Assert.Equal(HttpStatusCode.OK, await cluster.Nodes[0].SettledAsync($"/sessions/{session}"));
    }
}
