using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional.Cluster;

/// <summary>Three nodes are one service: whichever a client calls, it gets the same answers.</summary>
public sealed class ClusterTests
{
    private static readonly string[] Small = ["--warm", "2", "--max-workers", "8"];

    [Theory]
    [InlineData("redis")]
    [InlineData("postgres")]
    public async Task Every_node_serves_every_session(string kind)
    {
        await using var cluster = await TestCluster.StartAsync(kind, 3, Small);
        var sessions = new List<string>();
        for (var i = 0; i < 20; i++)
            sessions.Add(await cluster.Nodes[0].CreateAsync());
        Assert.Equal(3, sessions.DistinctBy(session => session[..4]).Count());
        foreach (var node in cluster.Nodes)
        {
            foreach (var session in sessions)
            {
                var (status, body) = await node.GetAsync($"/sessions/{session}");
                Assert.Equal((HttpStatusCode.OK, session), (status, (string?)body!["id"]));
            }

            var list = await node.Http.GetFromJsonAsync<JsonObject>("/sessions");
            Assert.Equal(sessions.Order(), list!["sessions"]!.AsArray().Select(entry => (string?)entry!["id"]).Order());
            Assert.Equal(3, (await node.WorkersAsync()).DistinctBy(worker => (string?)worker["node"]).Count());
        }

        for (var i = 0; i < sessions.Count; i++)
        {
            using var deleted = await cluster.Nodes[i % 3].Http.DeleteAsync($"/sessions/{sessions[i]}");
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, await TestCluster.StatusAsync(cluster.Nodes[(i + 1) % 3], sessions[i]));
        }
    }

    [Theory]
    [InlineData("redis")]
    [InlineData("postgres")]
    public async Task An_id_that_a_client_chose_makes_one_session_whichever_node_is_asked(string kind)
    {
        await using var cluster = await TestCluster.StartAsync(kind, 3, Small);
        var id = Guid.NewGuid().ToString();
        var replies = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => CreateAsync(cluster.Nodes[i % 3], id)));
        Assert.All(replies, reply => Assert.Equal((HttpStatusCode.OK, id), reply));
        var list = await cluster.Nodes[1].Http.GetFromJsonAsync<JsonObject>("/sessions");
        Assert.Single(list!["sessions"]!.AsArray());
        foreach (var node in cluster.Nodes)
            Assert.Equal(HttpStatusCode.OK, await TestCluster.StatusAsync(node, id));
        await cluster.Nodes[2].Http.DeleteAsync($"/sessions/{id}");
        Assert.Equal(HttpStatusCode.NotFound, await TestCluster.StatusAsync(cluster.Nodes[0], id));
        Assert.Equal(HttpStatusCode.Conflict, (await CreateAsync(cluster.Nodes[0], id)).Status);
    }

    private static async Task<(HttpStatusCode Status, string? Id)> CreateAsync(NodeProcess node, string id)
    {
        using var reply = await node.Http.PostAsync(
            "/v1/sessions", new StringContent($$"""{"sessionId":"{{id}}"}""", Encoding.UTF8, "application/json"));
        return (reply.StatusCode, (string?)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["id"]);
    }
}
