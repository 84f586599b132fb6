using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Steelyard.Contract;

namespace Steelyard.Tests.Functional;

/// <summary>The recording of a session with a real browser: what its page, its clients and the node did.</summary>
public sealed class RecordingTests
{
    private const string Page =
        "<title>Shop</title><img src=/missing><script>console.log('hello', 1); setTimeout(() => { throw new Error('boom') }, 50)</script>";

    [Fact]
    public async Task What_page_and_client_did_can_be_read_live_and_after_the_end()
    {
        await using var node = await TestNode.StartChromiumAsync();
        await using var site = await Site.StartAsync(new() { ["/"] = Page });
        var id = await node.CreateAsync();
        using (var client = await node.AttachAsync(id))
        {
            var page = await client.AttachToPageAsync();
            await client.GoAsync(page, site.Url + "/?secret=1");
            await EventAsync(node, id, "page.error");
        }

        await EventAsync(node, id, "session.detached");
        using (await node.Http.DeleteAsync($"/sessions/{id}"))
            await EventAsync(node, id, "session.ended");
        var events = await EventsAsync(node, id);
        Assert.Equal(
            ["session.created", "session.attached", "session.detached", "session.ended"],
            events.Select(Type).Where(type => type.StartsWith("session.", StringComparison.Ordinal)));
        Assert.Equal("the client left", (string?)events.Single(e => Type(e) == "session.detached")["detail"]);
        Assert.Contains(events, e => Type(e) == "request" && (string?)e["url"] == site.Url + "/?…" && (bool?)e["navigation"] == true);
        Assert.Contains(events, e => Type(e) == "response" && (int?)e["status"] == 404);
        Assert.Contains(events, e => Type(e) == "page.changed" && (string?)e["url"] == site.Url + "/?…");
        Assert.Equal("hello 1", (string?)events.Single(e => Type(e) == "console")["text"]);
        Assert.Contains("boom", (string?)events.Single(e => Type(e) == "page.error")["text"], StringComparison.Ordinal);
        Assert.DoesNotContain("secret", string.Concat(events.Select(e => e.ToJsonString())), StringComparison.Ordinal);
        Assert.Equal(events.Select(e => (string?)e["at"]).Order(), events.Select(e => (string?)e["at"]));
        var steel = (await node.Http.GetFromJsonAsync<JsonArray>($"/v1/sessions/{id}/events"))!;
        Assert.Equal(events.Select(e => e.ToJsonString()), steel.Select(e => e!.ToJsonString()));

        using var deleted = await node.Http.DeleteAsync($"/sessions/{id}/events");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Empty(await EventsAsync(node, id));
    }

    [Fact]
    public async Task A_dialog_that_nobody_closes_is_seen()
    {
        await using var node = await TestNode.StartChromiumAsync();
        var id = await node.CreateAsync();
        using var client = await node.AttachAsync(id);
        var page = await client.AttachToPageAsync();
        await client.CallAsync("Page.enable", session: page);
        await client.EvaluateAsync(page, "setTimeout(() => confirm('Leave?'), 50), 0");
        await client.EventAsync("Page.javascriptDialogOpening");
        Assert.Equal("confirm: Leave?", (string?)(await EventAsync(node, id, "session.dialog_opened"))["detail"]);
        using var refused = await node.Http.DeleteAsync($"/sessions/{id}/events");
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        await client.CallAsync("Page.handleJavaScriptDialog", new() { ["accept"] = true }, page);
        await EventAsync(node, id, "session.dialog_closed");
    }

    [Fact]
    public async Task The_recording_outlives_a_killed_worker()
    {
        await using var node = await TestNode.StartChromiumAsync();
        await using var site = await Site.StartAsync(new() { ["/"] = "<script src=/hangs.js></script>" });
        var id = await node.CreateAsync();
        using var client = await node.AttachAsync(id);
        var page = await client.AttachToPageAsync();
        await client.CallAsync("Page.navigate", new() { ["url"] = site.Url + "/" }, page);
        await Eventually.IsTrueAsync(
            async () => (await EventsAsync(node, id))
                .Any(e => Type(e) == "request" && ((string)e["url"]!).EndsWith("/hangs.js", StringComparison.Ordinal)),
            "the request is recorded");
        Kill.Now(await node.PidOfAsync(id));
        var end = await EventAsync(node, id, "session.ended");
        Assert.Equal(("worker_lost", "crashed"), ((string?)end["reason"], (string?)end["cause"]));
        Assert.Contains("signal 9", (string?)end["detail"], StringComparison.Ordinal);
        await Eventually.IsTrueAsync(
            async () => (await EventsAsync(node, id)).Any(e => Type(e) == "request"), "the worker's part is there again");
    }

    [Fact]
    public async Task A_session_chooses_what_is_recorded()
    {
        await using var node = await TestNode.StartChromiumAsync();
        await using var site = await Site.StartAsync(new() { ["/"] = "<h1>Hello</h1>" });
        var silent = await CreateAsync(node, "off");
        using (var client = await node.AttachAsync(silent))
            await client.GoAsync(await client.AttachToPageAsync(), site.Url + "/");
        var id = await CreateAsync(node, "frames");
        using (var client = await node.AttachAsync(id))
        {
            await client.GoAsync(await client.AttachToPageAsync(), site.Url + "/");
            var frame = await EventAsync(node, id, "frame");
            var picture = await node.Http.GetByteArrayAsync($"/sessions/{id}/frames/{frame["part"]}/{frame["file"]}");
            Assert.Equal([0xFF, 0xD8, 0xFF], picture[..3]);
        }

        Assert.Empty(await EventsAsync(node, silent));
        using var bad = await node.Http.PostAsync("/sessions?record=all", null);
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
    }

    [Fact]
    public async Task A_stream_follows_a_session_to_its_end()
    {
        await using var node = await TestNode.StartChromiumAsync();
        var id = await node.CreateAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/sessions/{id}/events")
        {
            Headers = { { "Accept", "text/event-stream" } },
        };
        using var response = await node.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await response.Content.ReadAsStreamAsync();
        using var timer = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        List<SseItem<string>> seen = [];
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(timer.Token))
        {
            seen.Add(item);
            if (item.EventType == "session.created")
                (await node.Http.DeleteAsync($"/sessions/{id}", timer.Token)).Dispose();
        }

        Assert.Equal("session.ended", seen[^1].EventType);
        var rest = await node.Http.GetFromJsonAsync<JsonObject>($"/sessions/{id}/events?after={seen[0].EventId}");
        Assert.Equal(seen.Count - 1, rest!["events"]!.AsArray().Count);
    }

    [Fact]
    public async Task The_recording_goes_on_after_a_kill_of_the_node()
    {
        if (BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed: run `make browser`");
        string[] options = ["--worker", "chromium", "--max-workers", "2"];
        await using var first = await NodeProcess.StartAsync(null, options);
        var id = await first.CreateAsync();
        await using var second = await first.KillAndRestartAsync(options);
        await second.SettledAsync($"/sessions/{id}");
        using (await second.Http.DeleteAsync($"/sessions/{id}"))
        {
        }

        List<string?> types = [];
        await Eventually.IsTrueAsync(
            async () =>
            {
                var events = (await second.GetAsync($"/sessions/{id}/events")).Body!["events"]!.AsArray();
                types = [.. events.Select(e => (string?)e!["type"])];
                return types.Contains("session.ended");
            },
            "its end is recorded");
        Assert.Contains("session.adopted", types);
        Assert.Contains("page.opened", types);
    }

    private static string Type(JsonObject e) => (string)e["type"]!;

    private static async Task<string> CreateAsync(TestNode node, string mode)
    {
        using var reply = await node.Http.PostAsync($"/sessions?record={mode}", null);
        Assert.Equal(HttpStatusCode.Created, reply.StatusCode);
        return (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    private static async Task<List<JsonObject>> EventsAsync(TestNode node, string id) =>
        [.. (await node.Http.GetFromJsonAsync<JsonObject>($"/sessions/{id}/events"))!["events"]!.AsArray().Select(e => e!.AsObject())];

    // Waits for an event of this type.
    private static async Task<JsonObject> EventAsync(TestNode node, string id, string type)
    {
        JsonObject? found = null;
        await Eventually.IsTrueAsync(
            async () => (found = (await EventsAsync(node, id)).LastOrDefault(e => Type(e) == type)) is not null, $"{type} is recorded");
        return found!;
    }
}
