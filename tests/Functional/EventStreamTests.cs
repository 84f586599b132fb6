using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>The node's events, as a page and as a stream.</summary>
public sealed class EventStreamTests
{
    [Fact]
    public async Task A_page_tells_what_happened_and_the_next_one_goes_on_there()
    {
        await using var node = await TestNode.StartAsync(options => options);
        var id = await node.CreateAsync();
        using (await node.Http.DeleteAsync($"/sessions/{id}"))
        {
        }

        var page = await PageAsync(node, "/events");
        var mine = page["events"]!.AsArray().Where(e => (string?)e!["session"] == id).ToList();
        Assert.Equal(["session.created", "session.ended"], mine.Select(e => (string?)e!["type"]));
        Assert.Equal("deleted", (string?)mine[1]!["reason"]);
        var other = await node.CreateAsync();
        var next = await PageAsync(node, $"/events?after={page["next"]}");
        Assert.Contains(next["events"]!.AsArray(), e => (string?)e!["session"] == other);
        Assert.DoesNotContain(next["events"]!.AsArray(), e => (string?)e!["session"] == id);
    }

    [Fact]
    public async Task A_stream_tells_what_happens_and_goes_on_where_it_was_cut()
    {
        await using var node = await TestNode.StartAsync(options => options);
        string last;
        using (var stream = await StreamAsync(node, null))
        {
            var id = await node.CreateAsync();
            last = (await NextAsync(stream, id)).EventId!;
        }

        var later = await node.CreateAsync();
        using var again = await StreamAsync(node, last);
        var seen = await NextAsync(again, later);
        Assert.Equal("session.created", seen.EventType);
    }

    [Fact]
    public async Task A_key_sees_its_own_sessions_only_and_has_a_limit_of_streams()
    {
        await using var node = await TestNode.StartAsync(options => options with { ApiKeys = ["a:ka", "b:kb"], KeyMaxStreams = 1 });
        node.Http.DefaultRequestHeaders.Add("x-api-key", "ka");
        var mine = await node.CreateAsync();
        Assert.All(
            (await PageAsync(node, "/events"))["events"]!.AsArray(),
            e => Assert.Equal((mine, "a"), ((string?)e!["session"], (string?)e["key"])));
        using var stream = await StreamAsync(node, null);
        await NextAsync(stream, mine);
        using var second = await node.Http.SendAsync(Asking(null), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);

        node.Http.DefaultRequestHeaders.Remove("x-api-key");
        node.Http.DefaultRequestHeaders.Add("x-api-key", "kb");
        Assert.Empty((await PageAsync(node, "/events"))["events"]!.AsArray());
    }

    private static async Task<JsonObject> PageAsync(TestNode node, string path) => (await node.Http.GetFromJsonAsync<JsonObject>(path))!;

    private static HttpRequestMessage Asking(string? last)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/events") { Headers = { { "Accept", "text/event-stream" } } };
        if (last is not null)
            request.Headers.Add("Last-Event-ID", last);
        return request;
    }

    private static async Task<Stream> StreamAsync(TestNode node, string? last)
    {
        var response = await node.Http.SendAsync(Asking(last), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        return await response.Content.ReadAsStreamAsync();
    }

    // The first event of this session.
    private static async Task<SseItem<string>> NextAsync(Stream stream, string session)
    {
        using var timer = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(timer.Token))
        {
            if (item.Data.Contains(session, StringComparison.Ordinal))
                return item;
        }

        throw new EndOfStreamException();
    }
}
