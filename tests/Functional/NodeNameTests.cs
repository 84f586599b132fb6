using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>A node that is alone answers to its own name, as a node of a cluster does, and to no other.</summary>
public sealed class NodeNameTests
{
    [Theory]
    [InlineData("GET", "/status?node={0}", HttpStatusCode.OK)]
    [InlineData("GET", "/readyz?node={0}", HttpStatusCode.OK)]
    [InlineData("GET", "/series?node={0}", HttpStatusCode.OK)]
    [InlineData("GET", "/events?node={0}", HttpStatusCode.OK)]
    [InlineData("GET", "/metrics?node={0}", HttpStatusCode.OK)]
    [InlineData("GET", "/pressure?node={0}", HttpStatusCode.OK)]
    [InlineData("GET", "/workers?node={0}", HttpStatusCode.OK)]
    [InlineData("GET", "/workers/w1/log?node={0}", HttpStatusCode.OK)]
    [InlineData("GET", "/workers/{0}:w1/log", HttpStatusCode.OK)]
    [InlineData("DELETE", "/workers/w1?node={0}", HttpStatusCode.NoContent)]
    [InlineData("DELETE", "/nodes/{0}", HttpStatusCode.Accepted)]
    public async Task Another_name_is_404_and_its_own_is_served(string method, string path, HttpStatusCode status)
    {
        await using var node = await StartAsync();
        var (refused, body) = await AskAsync(node, method, path.Replace("{0}", "paris", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.NotFound, refused);
        var problem = JsonNode.Parse(body)!;
        Assert.Equal("not_found", (string?)problem["reason"]);
        Assert.StartsWith("There is no node 'paris'. This node is alone", (string?)problem["detail"], StringComparison.Ordinal);
        Assert.DoesNotContain("berlin", body, StringComparison.Ordinal);
        Assert.Equal(status, (await AskAsync(node, method, path.Replace("{0}", "berlin", StringComparison.Ordinal))).Status);
    }

    [Theory]
    [InlineData("/status?node=")]
    [InlineData("/sessions?node=paris")]
    public async Task Nothing_is_refused_where_no_node_is_named(string path)
    {
        await using var node = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(node, "GET", path)).Status);
    }

    [Fact]
    public async Task A_worker_of_its_own_name_has_no_node()
    {
        await using var node = await StartAsync();
        var workers = (await node.Http.GetFromJsonAsync<JsonObject>("/workers?node=berlin"))!["workers"]!.AsArray();
        Assert.False(workers[0]!.AsObject().ContainsKey("node"));
    }

    private static async Task<TestNode> StartAsync()
    {
        var node = await TestNode.StartAsync(options => options with { NodeName = "berlin", Warm = 1 });
        await node.ReadyAsync(1);
        return node;
    }

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(TestNode node, string method, string path)
    {
        using var request = new HttpRequestMessage(new(method), path);
        using var reply = await node.Http.SendAsync(request);
        return (reply.StatusCode, await reply.Content.ReadAsStringAsync());
    }
}
