using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>Discovery at the root, where all sessions of a caller look like one browser.</summary>
public sealed class RootDiscoveryTests
{
    [Fact]
    public async Task Discovery_at_the_root_serves_clients_that_read_the_protocol_and_close_pages_by_their_ids()
    {
        await using var node = await TestNode.StartChromiumAsync();
        await node.ReadyAsync(1);
        Assert.Contains("\"domains\"", await node.Http.GetStringAsync("/json/protocol"), StringComparison.Ordinal);
        var id = await node.CreateAsync();
        using var opened = await node.Http.PutAsync($"/sessions/{id}/json/new?about:blank", null);
        var target = (string)(await opened.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
        Assert.Equal("Target activated", await node.Http.GetStringAsync($"/json/activate/{target}"));
        using var closed = await node.Http.PutAsync($"/json/close/{target}", null); // As chrome-remote-interface does.
        Assert.Equal("Target is closing", await closed.Content.ReadAsStringAsync());
        await Eventually.IsTrueAsync(
            async () => (await node.Http.GetFromJsonAsync<JsonArray>("/json/list"))!.All(page => (string?)page!["id"] != target),
            "it is closed");
        using var created = await node.Http.PutAsync("/json/new", null);
        var listed = (await node.Http.GetFromJsonAsync<JsonObject>("/v1/sessions"))!["sessions"]!.AsArray();
        Assert.Contains(listed, session => (long)session!["timeout"]! == 300_000);
        using var unknown = await node.Http.GetAsync($"/json/close/{target}");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task An_idle_node_lists_one_page_that_becomes_a_session_when_it_is_used()
    {
        await using var node = await TestNode.StartChromiumAsync();
        var page = (await node.Http.GetFromJsonAsync<JsonArray>("/json/list?trackingId=mine"))!.Single()!;
        Assert.Empty((await node.Http.GetFromJsonAsync<JsonObject>("/sessions"))!["sessions"]!.AsArray());
        using (var client = await DevToolsClient.ConnectAsync(new((string)page["webSocketDebuggerUrl"]!)))
        {
            var evaluated = await client.CallAsync("Runtime.evaluate", new() { ["expression"] = "6 * 7" });
            Assert.Equal(42, (int)evaluated["result"]!["value"]!);
            var session = (await node.Http.GetFromJsonAsync<JsonObject>("/v1/sessions"))!["sessions"]!.AsArray().Single()!;
            Assert.Equal("mine", (string?)session["metadata"]!["trackingId"]);
        }

        await Eventually.IsTrueAsync(
            async () => (await node.Http.GetFromJsonAsync<JsonObject>("/sessions"))!["sessions"]!.AsArray().Count == 0, "it ends with it");
    }

    [Theory]
    [InlineData("/health", HttpStatusCode.OK)]
    [InlineData("/json/version", HttpStatusCode.OK)]
    [InlineData("/json/list", HttpStatusCode.OK)]
    [InlineData("/status", HttpStatusCode.OK)]
    [InlineData("/sessions/ID", HttpStatusCode.OK)]
    [InlineData("/sessions/ID/json/version", HttpStatusCode.OK)]
    [InlineData("/v1/sessions/ID/context", HttpStatusCode.OK)]
    [InlineData("/v1/sessions/ID/files", HttpStatusCode.OK)]
    [InlineData("/kill/all", HttpStatusCode.MethodNotAllowed)]
    [InlineData("/json/close/x", HttpStatusCode.MethodNotAllowed)]
    public async Task Head_answers_where_a_get_only_reads(string path, HttpStatusCode status)
    {
        await using var node = await TestNode.StartChromiumAsync();
        await node.ReadyAsync(1);
        var id = path.Contains("ID", StringComparison.Ordinal) ? await node.CreateAsync() : "";
        using var reply = await node.Http.SendAsync(new(HttpMethod.Head, path.Replace("ID", id, StringComparison.Ordinal)));
        Assert.Equal((status, ""), (reply.StatusCode, await reply.Content.ReadAsStringAsync()));
    }
}
