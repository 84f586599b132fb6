using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional.Cluster;

/// <summary>What operators do with nodes, and lists of all of them.</summary>
public sealed class ClusterUpkeepTests
{
    private static readonly string[] Small = ["--warm", "2", "--max-workers", "8"];

    [Fact]
    public async Task Lists_of_ended_sessions_go_on_page_by_page_over_all_nodes()
    {
        await using var cluster = await TestCluster.StartAsync("redis", 3, Small);
        var ended = new List<string>();
        for (var i = 0; i < 15; i++)
        {
            var session = await cluster.CreateOnAsync(i % 3);
            ended.Add(session);
            await cluster.Nodes[0].Http.DeleteAsync($"/sessions/{session}");
        }

        Assert.Equal(ended.AsEnumerable().Reverse(), await PagesAsync("/history?limit=4", "history", "next", "after"));
        Assert.Equal(ended.AsEnumerable().Reverse(), await PagesAsync("/v1/sessions?limit=4", "sessions", "nextCursor", "cursorId"));

        async Task<List<string>> PagesAsync(string path, string list, string next, string parameter)
        {
            var found = new List<string>();
            for (string? place = null; ;)
            {
                var node = cluster.Nodes[found.Count % 3];
                var page = (await node.Http.GetFromJsonAsync<JsonObject>(place is null ? path : $"{path}&{parameter}={place}"))!;
                Assert.Null(page["missing_nodes"]);
                found.AddRange(page[list]!.AsArray().Select(entry => (string)entry!["id"]!));
                if ((place = (string?)page[next]) is null)
                    return found;
            }
        }
    }

    [Fact]
    public async Task A_drained_node_takes_nothing_new_and_ends_with_its_last_session()
    {
        await using var cluster = await TestCluster.StartAsync("redis", 3, Small);
        var session = await cluster.CreateOnAsync(2);
        using (var asked = await cluster.Nodes[0].Http.DeleteAsync("/nodes/n2"))
            Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        await Eventually.IsTrueAsync(
            async () => (await TestCluster.NodesAsync(cluster.Nodes[0])).Any(node => (string?)node["state"] == "draining"), "it drains");
        for (var i = 0; i < 10; i++)
            Assert.NotEqual(2, await cluster.OwnerAsync(await cluster.Nodes[i % 3].CreateAsync()));
        Assert.Equal(HttpStatusCode.OK, await TestCluster.StatusAsync(cluster.Nodes[1], session));
        await cluster.Nodes[1].Http.DeleteAsync($"/sessions/{session}");
        Assert.Equal(0, (await cluster.Nodes[2].Process.Exited.WaitAsync(TimeSpan.FromSeconds(20))).Code);
        cluster.Nodes.RemoveAt(2);
        await cluster.KnowEachOtherAsync();
    }
}
