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

    [Fact]
    public async Task No_key_sees_anything_of_another_through_any_node()
    {
        await using var cluster = await TestCluster.StartAsync(
            "redis", 3, [.. Small, "--api-key", "a:key-of-a", "--api-key", "b:key-of-b"]);
        var sessions = new List<string>();
        for (var i = 0; i < 9; i++)
            sessions.Add(await cluster.Nodes[i % 3].CreateAsync());
        foreach (var node in cluster.Nodes)
        {
            using var http = new HttpClient { BaseAddress = node.Http.BaseAddress };
            http.DefaultRequestHeaders.Add("x-api-key", "key-of-b");
            http.DefaultRequestHeaders.Add("Steelyard-Caller", "a");
            http.DefaultRequestHeaders.Add("Steelyard-Operator", "1");
            foreach (var session in sessions)
            {
                Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"/sessions/{session}")).StatusCode);
                Assert.Equal(HttpStatusCode.NotFound, (await http.DeleteAsync($"/sessions/{session}")).StatusCode);
            }

            Assert.Empty((await http.GetFromJsonAsync<JsonObject>("/sessions"))!["sessions"]!.AsArray());
            Assert.Empty((await http.GetFromJsonAsync<JsonObject>("/v1/sessions"))!["sessions"]!.AsArray());
            http.DefaultRequestHeaders.Remove("x-api-key");
            Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync($"/sessions/{sessions[0]}")).StatusCode);
        }

        foreach (var session in sessions)
            Assert.Equal(HttpStatusCode.OK, await TestCluster.StatusAsync(cluster.Nodes[0], session));
    }

    [Fact]
    public async Task A_key_has_one_limit_for_all_nodes()
    {
        await using var cluster = await TestCluster.StartAsync(
            "redis", 3, [.. Small, "--api-key", "a:key-of-a", "--key-max-sessions", "4"]);
        for (var i = 0; i < 4; i++)
        {
            await cluster.Nodes[i % 3].CreateAsync();
            await Task.Delay(TimeSpan.FromSeconds(1)); // Nodes tell each other twice a second.
        }

        foreach (var node in cluster.Nodes)
        {
            using var refused = await node.PostAsync();
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        }
    }

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

    private static async Task<(HttpStatusCode Status, string? Id)> CreateAsync(NodeProcess node, string id)
    {
        using var reply = await node.Http.PostAsync(
            "/v1/sessions", new StringContent($$"""{"sessionId":"{{id}}"}""", Encoding.UTF8, "application/json"));
        return (reply.StatusCode, (string?)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["id"]);
    }
}
