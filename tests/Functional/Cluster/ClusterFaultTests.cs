using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Steelyard.Processes;

namespace Steelyard.Tests.Functional.Cluster;

/// <summary>What happens to sessions when a node, the table, or the way between them fails.</summary>
public sealed class ClusterFaultTests
{
    // A node that is cut off gives up after half of it.
    private static readonly string[] Small = ["--warm", "2", "--max-workers", "8", "--cluster-grace", "8s", "--session-ttl", "5m"];

    public static TheoryData<string> Tables => LongForm.OfClusters ? ["redis", "postgres"] : ["redis"];

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task The_sessions_of_a_killed_node_are_unavailable_and_then_gone_for_good(string kind)
    {
        await using var cluster = await TestCluster.StartAsync(kind, 3, Small);
        var lost = await cluster.CreateOnAsync(0);
        var kept = new List<string> { await cluster.CreateOnAsync(1), await cluster.CreateOnAsync(2) };
        await cluster.Nodes[0].KillAsync();
        foreach (var node in cluster.Nodes.Skip(1))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await TestCluster.StatusAsync(node, lost));
        await GoneAsync(cluster, lost, 1, 2);
        for (var i = 0; i < 6; i++)
            kept.Add(await cluster.Nodes[1 + (i % 2)].CreateAsync());
        foreach (var session in kept)
            Assert.Equal(HttpStatusCode.OK, await TestCluster.StatusAsync(cluster.Nodes[1], session));

        // It comes back, but not its session.
        cluster.Nodes[0] = await cluster.StartNodeAsync(0, cluster.Nodes[0].RunDirectory);
        await cluster.KnowEachOtherAsync();
        foreach (var node in cluster.Nodes)
            Assert.Equal(HttpStatusCode.NotFound, await TestCluster.StatusAsync(node, lost));
    }

    [Fact]
    public async Task A_node_that_hangs_for_long_gives_its_sessions_up_and_joins_again()
    {
        LongForm.SkipUnlessOfClusters();
        await using var cluster = await TestCluster.StartAsync("redis", 3, Small);
        var lost = await cluster.CreateOnAsync(2);
        await Kill.StopAsync(cluster.Nodes[2].Process.Pid);
        await GoneAsync(cluster, lost, 0, 1);
        cluster.Nodes[2].Process.Send(Signal.Continue);
        await NeverAgainAsync(cluster, lost, seconds: 5);
        await cluster.KnowEachOtherAsync();
        foreach (var node in cluster.Nodes)
            Assert.Equal(HttpStatusCode.NotFound, await node.SettledAsync($"/sessions/{lost}"));
        Assert.Equal(HttpStatusCode.OK, await TestCluster.StatusAsync(cluster.Nodes[0], await cluster.CreateOnAsync(2)));
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Nothing_is_lost_while_the_table_is_away(string kind)
    {
        LongForm.SkipUnlessOfClusters();
        await using var cluster = await TestCluster.StartAsync(kind, 3, Small);
        List<string> sessions = [await cluster.CreateOnAsync(0), await cluster.CreateOnAsync(1), await cluster.CreateOnAsync(2)];
        await cluster.Table.KillAsync();
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(12)) // Three times as long as a renewal lasts.
        {
            foreach (var node in cluster.Nodes)
            {
                foreach (var session in sessions)
                    Assert.Equal(HttpStatusCode.OK, await TestCluster.StatusAsync(node, session));
            }

            await cluster.Nodes[1].Http.DeleteAsync($"/sessions/{await cluster.Nodes[0].CreateAsync()}");
            await Task.Delay(200);
        }

        await cluster.Table.RestartAsync();
        await cluster.KnowEachOtherAsync();
        foreach (var session in sessions)
            Assert.Equal(HttpStatusCode.OK, await TestCluster.StatusAsync(cluster.Nodes[0], session));
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Nothing_is_lost_when_the_table_is_emptied(string kind)
    {
        await using var cluster = await TestCluster.StartAsync(kind, 3, "--warm", "2", "--max-workers", "8", "--session-ttl", "5m");
        List<string> sessions = [await cluster.CreateOnAsync(0), await cluster.CreateOnAsync(1), await cluster.CreateOnAsync(2)];
        await cluster.Table.EmptyAsync();
        foreach (var session in sessions)
            Assert.Equal(HttpStatusCode.OK, await cluster.Nodes[0].SettledAsync($"/sessions/{session}"));
        await Task.Delay(TimeSpan.FromSeconds(3));
        await cluster.KnowEachOtherAsync();
        foreach (var node in cluster.Nodes)
        {
            foreach (var session in sessions)
                Assert.Equal(HttpStatusCode.OK, await node.SettledAsync($"/sessions/{session}"));
        }
    }

    private static Task GoneAsync(TestCluster cluster, string session, params int[] nodes) => Eventually.IsTrueAsync(
        async () =>
        {
            foreach (var node in nodes)
            {
                using var reply = await cluster.Nodes[node].Http.GetAsync($"/sessions/{session}");
                Assert.NotEqual(HttpStatusCode.OK, reply.StatusCode);
                if (reply.StatusCode != HttpStatusCode.NotFound)
                    return false;
                Assert.Equal("worker_lost", (string?)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["reason"]);
            }

            return true;
        },
        "its sessions are gone",
        40);

    private static async Task NeverAgainAsync(TestCluster cluster, string session, double seconds)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started).TotalSeconds < seconds)
        {
            foreach (var node in cluster.Nodes)
                Assert.NotEqual(HttpStatusCode.OK, await TestCluster.StatusAsync(node, session));
        }
    }
}
