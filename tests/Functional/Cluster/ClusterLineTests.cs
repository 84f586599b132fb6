using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional.Cluster;

/// <summary>Creates that no node has room for.</summary>
public sealed class ClusterLineTests
{
    [Fact]
    public async Task Creates_wait_in_one_line_and_are_served_in_order()
    {
        await using var cluster = await TestCluster.StartAsync("redis", 3, "--warm", "1", "--max-workers", "2");
        var held = new List<string>();
        for (var i = 0; i < 6; i++)
            held.Add(await cluster.Nodes[i % 3].CreateAsync());
        var served = new List<int>();
        var waiting = new List<Task>();
        for (var i = 0; i < 9; i++)
        {
            waiting.Add(WaitAsync(i));
            await Eventually.IsTrueAsync(
                async () => (await TestCluster.NodesAsync(cluster.Nodes[0])).Sum(node => (int)node["waiting"]!) > i,
                $"create {i} waits");
        }

        Assert.Empty(served);
        for (var i = 0; i < 6; i++)
        {
            await cluster.Nodes[0].Http.DeleteAsync($"/sessions/{held[i]}");
            await Eventually.IsTrueAsync(() => served.Count == i + 1, $"one more is served after {i}");
        }

        Assert.Equal(Enumerable.Range(0, 6), served);
        foreach (var session in (await cluster.Nodes[1].Http.GetFromJsonAsync<JsonObject>("/sessions"))!["sessions"]!.AsArray())
            await cluster.Nodes[1].Http.DeleteAsync($"/sessions/{(string?)session!["id"]}");
        await Task.WhenAll(waiting);

        async Task WaitAsync(int i)
        {
            await cluster.Nodes[i % 3].CreateAsync();
            lock (served)
                served.Add(i);
        }
    }

    [Fact]
    public async Task Creates_that_wait_are_served_when_any_node_is_killed()
    {
        await using var cluster = await TestCluster.StartAsync(
            "redis", 3, "--warm", "1", "--max-workers", "2", "--queue-timeout", "60s", "--session-ttl", "5m");
        var held = new List<string>();
        for (var i = 0; i < 6; i++)
            held.Add(await cluster.Nodes[i % 3].CreateAsync());
        var waiting = Enumerable.Range(0, 4).Select(i => cluster.Nodes[i % 2].CreateAsync()).ToList();
        await Eventually.IsTrueAsync(
            async () => (await TestCluster.NodesAsync(cluster.Nodes[0])).Sum(node => (int)node["waiting"]!) == 4, "four wait");
        await cluster.Nodes[2].KillAsync(); // One of three has the line.
        foreach (var session in held)
        {
            if (await cluster.OwnerAsync(session) != 2)
                await cluster.Nodes[0].Http.DeleteAsync($"/sessions/{session}");
        }

        var served = await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(40));
        Assert.Equal(4, served.Distinct().Count());
        foreach (var session in served)
            Assert.Equal(HttpStatusCode.OK, await TestCluster.StatusAsync(cluster.Nodes[1], session));
    }
}
