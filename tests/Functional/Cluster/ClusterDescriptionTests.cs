using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Steelyard.Processes;

namespace Steelyard.Tests.Functional.Cluster;

/// <summary>What a cluster answers is as described, also while a node is silent.</summary>
public sealed class ClusterDescriptionTests
{
    private static readonly string[] Lists = ["/sessions", "/workers", "/status", "/history", "/v1/sessions"];
    private static readonly string[] OfOneNode = ["/workers", "/status", "/series", "/events", "/pressure", "/readyz"];

    [Fact]
    public async Task Lists_of_all_nodes_are_as_described_with_and_without_the_part_of_one()
    {
        await using var cluster = await TestCluster.StartAsync("redis", 3, "--warm", "1", "--max-workers", "8");
        for (var i = 0; i < 3; i++)
        {
            await cluster.CreateOnAsync(i);
            await cluster.Nodes[0].Http.DeleteAsync($"/sessions/{await cluster.CreateOnAsync(i)}");
        }

        foreach (var path in Lists)
            Assert.Null((await CheckAsync(cluster, path))["missing_nodes"]);
        foreach (var path in OfOneNode)
            await CheckAsync(cluster, path, "?node=n1");
        var nodes = (await CheckAsync(cluster, "/nodes"))["nodes"]!.AsArray();
        Assert.All(nodes, node => Assert.Equal("active", (string?)node!["state"]));
        Assert.All(nodes, node => Assert.InRange((double)node!["uptime_seconds"]!, 0.1, 600));

        cluster.Nodes[2].Process.Send(Signal.Stop);
        foreach (var path in Lists)
            Assert.Equal("n2", (string?)(await CheckAsync(cluster, path))["missing_nodes"]!.AsArray().Single());
        JsonNode? silent = null;
        await Eventually.IsTrueAsync(
            async () => (string?)(silent = (await CheckAsync(cluster, "/nodes"))["nodes"]![2]!)["state"] == "unreachable",
            "n2 cannot be reached");
        Assert.Null(silent!["uptime_seconds"]);
        await CheckAsync(cluster, "/v1/sessions/release", method: HttpMethod.Post);
    }

    private static async Task<JsonNode> CheckAsync(TestCluster cluster, string path, string query = "", HttpMethod? method = null)
    {
        method ??= HttpMethod.Get;
        using var request = new HttpRequestMessage(method, path + query);
        using var reply = await cluster.Nodes[0].Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        var body = (await reply.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Empty(DescribedAnswers.Differences(method.Method.ToLowerInvariant(), path, 200, body).Select(each => $"{path}: {each}"));
        return body;
    }
}
