using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional.Cluster;

/// <summary>Keys mean the same on every node.</summary>
public sealed class ClusterKeyTests
{
    private static readonly string[] Small = ["--warm", "2", "--max-workers", "8"];

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
}
