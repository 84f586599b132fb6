using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>
/// Workers from other vendors with unusable DevTools responses: these cause no server error and do no harm to other sessions.
/// </summary>
public sealed class OddWorkerTests
{
    private const string Good =
        """[{"type":"page","id":"p","url":"http://a/","title":"t","webSocketDebuggerUrl":"ws://127.0.0.1:PORT/devtools/page/p"},""" +
        """{"type":"worker","id":"w"}]""";

    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "Functional", "odd-worker.mjs");

    [Theory]
    [InlineData("no-json")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"\ud800":1}""")]
    public async Task A_version_that_cannot_be_read_is_none(string version)
    {
        await using var node = await StartAsync($"version={version}");
        await node.ReadyAsync(1);
        using var root = await node.Http.GetAsync("/json/version");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, root.StatusCode);
        await ListedAsync(node, await node.CreateAsync(), count: 0);
    }

    [Theory]
    [InlineData("no-json", 0)]
    [InlineData("""{"type":"page"}""", 1)]
    [InlineData("7", 0)]
    [InlineData("""[7,null,[],"x"]""", 0)]
    [InlineData("""[{"type":"page","title":"\ud800"}]""", 0)]
    [InlineData("""[{"type":7,"id":{}}]""", 1)]
    public async Task A_list_that_cannot_be_read_is_none_and_the_sessions_go_on(string list, int count)
    {
        await using var node = await StartAsync($"list={list}");
        var id = await node.CreateAsync();
        await ListedAsync(node, id, count);
        using var details = await node.Http.GetAsync($"/v1/sessions/{id}/live-details");
        Assert.Equal(count == 0 ? HttpStatusCode.NotImplemented : HttpStatusCode.OK, details.StatusCode);
    }

    [Fact]
    public async Task A_sound_list_leads_back_to_us_and_a_new_session_by_discovery_is_one_that_its_client_knows()
    {
        await using var node = await StartAsync($"list={Good}");
        var id = await node.CreateAsync();
        var list = (await node.Http.GetFromJsonAsync<JsonArray>("/json/list"))!;
        Assert.Equal(
            $"ws://{node.Http.BaseAddress!.Authority}/sessions/{id}/devtools/page/p",
            (string?)list.Single(target => (string?)target!["id"] == "p")!["webSocketDebuggerUrl"]);
        using var opened = await node.Http.PutAsync("/json/new", null);
        Assert.Equal(HttpStatusCode.OK, opened.StatusCode);
        Assert.Equal("p", (string?)(await opened.Content.ReadFromJsonAsync<JsonObject>())!["id"]);
        Assert.Equal(2, node.Pool.Status().Leased);
    }

    [Theory]
    [InlineData("list=no-json")]
    [InlineData("list=[]")]
    [InlineData("version=no-json")]
    public async Task A_new_session_whose_page_cannot_be_told_is_not_left_behind(string argument)
    {
        await using var node = await StartAsync(argument);
        using var reply = await node.Http.PutAsync("/json/new", null);
        Assert.Equal(HttpStatusCode.BadGateway, reply.StatusCode);
        await Eventually.IsTrueAsync(() => node.Pool.Status().Leased == 0, "no session is left");
    }

    [Fact]
    public async Task A_client_that_comes_while_the_browser_starts_again_is_told_to_ask_later()
    {
        await using var node = await StartAsync("status=503");
        var id = await node.CreateAsync();
        using var client = new ClientWebSocket();
        client.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(
            () => client.ConnectAsync(new($"ws://{node.Http.BaseAddress!.Authority}/sessions/{id}/cdp"), CancellationToken.None));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, client.HttpStatusCode);
        Assert.Contains("Retry-After", client.HttpResponseHeaders!.Keys);
    }

    // An unrelated server listens on this port.
    [Fact]
    public async Task A_worker_that_names_a_port_of_somebody_else_leads_nobody_there()
    {
        using var victim = new TcpListener(IPAddress.Loopback, 0);
        victim.Start();
        await using var node = await StartAsync(
            $$"""version={"webSocketDebuggerUrl":"ws://127.0.0.1:{{((IPEndPoint)victim.LocalEndpoint).Port}}/x"}""");
        var id = await node.CreateAsync();
        using var client = new ClientWebSocket();
        client.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(
            () => client.ConnectAsync(new($"ws://{node.Http.BaseAddress!.Authority}/sessions/{id}/cdp"), CancellationToken.None));
        Assert.Equal(HttpStatusCode.BadGateway, client.HttpStatusCode);
        using var version = await node.Http.GetAsync($"/sessions/{id}/json/version");
        Assert.Equal(HttpStatusCode.BadGateway, version.StatusCode);
        Assert.False(victim.Pending());
        Assert.Equal(HttpStatusCode.OK, await node.StatusOfAsync(id));
    }

    [Fact]
    public async Task What_a_worker_says_does_not_run_on_our_origin()
    {
        await using var node = await StartAsync("type=text/html");
        using var created = await node.PostAsync("{}");
        var id = (string)(await created.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
        using var got = await node.Http.GetAsync($"/sessions/{id}");
        using var protocol = await node.Http.GetAsync($"/sessions/{id}/json/protocol");
        Assert.Contains("<script>", await protocol.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        foreach (var reply in new[] { created, got, protocol })
            Assert.Equal(
                ("text/plain", "nosniff"),
                (reply.Content.Headers.ContentType?.MediaType, reply.Headers.GetValues("X-Content-Type-Options").Single()));
    }

    private static async Task ListedAsync(TestNode node, string id, int count)
    {
        using var reply = await node.Http.GetAsync("/json/list");
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        Assert.Equal(count, (await reply.Content.ReadFromJsonAsync<JsonArray>())!.Count);
        Assert.Equal(HttpStatusCode.OK, await node.StatusOfAsync(id));
    }

    // The worker's command line is split at spaces and does not support quotes.
    private static Task<TestNode> StartAsync(string argument) =>
        TestNode.StartAsync(options => options with { Worker = $"/usr/bin/env node {Script} {argument}", Warm = 1, MaxWorkers = 4 });
}
