using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Steelyard.Contract;

namespace Steelyard.Tests.Functional.Cluster;

/// <summary>A page can be attached, activated and closed by its id alone, through any node, and by its holder only.</summary>
public sealed class RootTargetTests
{
    private static readonly string[] Options =
        ["--worker", "chromium", "--warm", "1", "--max-workers", "6", "--api-key", "a:key-of-a", "--api-key", "b:key-of-b"];

    [Fact]
    public async Task A_page_is_found_through_every_node_by_its_holder()
    {
        if (BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed: run `make browser`");
        await using var cluster = await TestCluster.StartAsync("redis", 3, Options);
        await cluster.CreateOnAsync(0);
        await cluster.CreateOnAsync(1);
        var session = await cluster.CreateOnAsync(1);
        var page = (string)(await cluster.Nodes[1].Http.GetFromJsonAsync<JsonArray>($"/sessions/{session}/json/list"))!
            .First(target => (string?)target!["type"] == "page")!["id"]!;
        foreach (var node in cluster.Nodes)
        {
            using (var attached = await DevToolsClient.ConnectAsync(AddressOf(node, page, "key-of-a")))
                Assert.True((await attached.CallAsync("Page.getFrameTree")).ContainsKey("frameTree"));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(node, $"/json/activate/{page}", "key-of-a"));

            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(node, $"/json/activate/{page}", "key-of-b"));
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(node, $"/json/close/{page}", "key-of-b"));
            Assert.Equal(HttpStatusCode.NotFound, await RefusedAsync(AddressOf(node, page, "key-of-b")));
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(node, "/json/activate/0123456789ABCDEF", "key-of-a"));
        }

        // Another page, so that the browser does not end with its last one.
        await cluster.Nodes[2].Http.PutAsync($"/sessions/{session}/json/new?about:blank", null);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(cluster.Nodes[2], $"/json/close/{page}", "key-of-a"));
        await Eventually.IsTrueAsync(
            async () => await StatusAsync(cluster.Nodes[0], $"/json/activate/{page}", "key-of-a") == HttpStatusCode.NotFound,
            "the page is closed");
    }

    private static Uri AddressOf(NodeProcess node, string page, string key) =>
        new($"ws://{node.Http.BaseAddress!.Authority}/devtools/page/{page}?apiKey={key}");

    private static async Task<HttpStatusCode> StatusAsync(NodeProcess node, string path, string key)
    {
        using var http = new HttpClient { BaseAddress = node.Http.BaseAddress };
        using var reply = await http.GetAsync($"{path}?apiKey={key}");
        return reply.StatusCode;
    }

    private static async Task<HttpStatusCode> RefusedAsync(Uri address)
    {
        using var socket = new ClientWebSocket { Options = { CollectHttpResponseDetails = true } };
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(address, deadline.Token));
        return socket.HttpStatusCode;
    }
}
