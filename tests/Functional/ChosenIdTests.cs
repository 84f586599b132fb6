using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>Session ids that clients choose, so that they can repeat a create safely.</summary>
public sealed class ChosenIdTests
{
    [Fact]
    public async Task Many_creates_with_one_id_make_one_session()
    {
        await using var node = await TestNode.StartAsync(options => options);
        var id = Guid.NewGuid().ToString();
        var replies = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => PostAsync(node, $$"""{"sessionId":"{{id}}"}""")));
        Assert.All(replies, reply => Assert.Equal((HttpStatusCode.OK, id), (reply.Status, (string?)reply.Body["id"])));
        Assert.Equal(1, node.Pool.Status().Leased);
    }

    [Fact]
    public async Task Another_request_under_the_same_id_and_an_id_that_is_over_are_409_and_not_to_be_retried()
    {
        await using var node = await TestNode.StartAsync(options => options);
        var id = Guid.NewGuid().ToString();
        await PostAsync(node, $$"""{"sessionId":"{{id}}"}""");
        var other = await PostAsync(node, $$"""{"sessionId":"{{id}}","timeout":1000}""");
        Assert.Equal((HttpStatusCode.Conflict, "false"), (other.Status, other.ShouldRetry));
        await node.Http.DeleteAsync($"/sessions/{id}");
        var late = await PostAsync(node, $$"""{"sessionId":"{{id}}"}""");
        Assert.Equal((HttpStatusCode.Conflict, "false"), (late.Status, late.ShouldRetry));
    }

    [Fact]
    public async Task A_client_that_leaves_and_asks_again_finds_the_session_it_began()
    {
        await using var node = await TestNode.StartAsync(options => options with { Warm = 1, MaxWorkers = 1 });
        var holder = await node.CreateAsync();
        var body = $$"""{"sessionId":"{{Guid.NewGuid()}}"}""";
        using var leaving = new CancellationTokenSource();
        var left = PostAsync(node, body, leaving.Token);
        await Eventually.IsTrueAsync(() => node.Pool.Status().Queued == 1, "one in line");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        var again = PostAsync(node, body);
        await node.Http.DeleteAsync($"/sessions/{holder}");
        Assert.Equal(HttpStatusCode.OK, (await again).Status);
        Assert.Equal(1, node.Pool.Status().Leased);
    }

    [Fact]
    public async Task A_session_whose_time_is_over_keeps_its_id_before_and_after_it_is_reaped()
    {
        await using var node = await TestNode.StartAsync(options => options with { Warm = 4 });
        await node.ReadyAsync(4);
        for (var i = 0; i < 5; i++)
        {
            var body = $$"""{"sessionId":"{{Guid.NewGuid()}}","timeout":1}""";
            var first = await PostAsync(node, body);
            Assert.Equal(HttpStatusCode.OK, first.Status);
            var again = first;
            while (again.Status == HttpStatusCode.OK)
            {
                Assert.Equal((string?)first.Body["createdAt"], (string?)again.Body["createdAt"]);
                again = await PostAsync(node, body);
            }

            Assert.Equal(HttpStatusCode.Conflict, again.Status);
        }

        await Eventually.IsTrueAsync(() => node.Pool.Status().Leased == 0, "no worker is held");
    }

    // With tombstones, an id belongs to one session for good. Without tombstones, the next session may use the id once the previous one
    // has ended, but not earlier.
    [Theory]
    [InlineData(10_000)]
    [InlineData(0)]
    public async Task However_creates_expiry_and_releases_meet_one_id_has_one_live_session_and_no_worker_is_lost(int tombstones)
    {
        const int clients = 12;
        await using var node = await TestNode.StartAsync(options => options with { Warm = 8, MaxWorkers = 16, Tombstones = tombstones });
        await node.ReadyAsync(8);
        var seen = new ConcurrentDictionary<(string Id, string CreatedAt), bool>();
        for (var round = 0; round < 25; round++)
        {
            var ids = Enumerable.Range(0, 3).Select(_ => Guid.NewGuid().ToString()).ToArray();
            await Task.WhenAll(Enumerable.Range(0, clients).Select(async client =>
            {
                for (var i = 0; i < 8; i++)
                {
                    var id = ids[(client + i) % ids.Length];
                    var reply = await PostAsync(node, $$"""{"sessionId":"{{id}}","timeout":{{1 + (round % 6)}}}""");
                    Assert.True(reply.Status is HttpStatusCode.OK or HttpStatusCode.Conflict, $"{reply.Status}: {reply.Body}");
                    if (reply.Status == HttpStatusCode.OK)
                        seen.TryAdd((id, (string)reply.Body["createdAt"]!), true);
                    if (client % 4 == 0)
                        (await node.Http.PostAsync($"/v1/sessions/{id}/release", null)).Dispose();
                    var live = (await node.Http.GetFromJsonAsync<JsonObject>("/sessions"))!["sessions"]!.AsArray()
                        .Select(session => (string)session!["id"]!)
                        .ToList();
                    Assert.Equal(live.Count, live.Distinct().Count());
                }
            }));
        }

        Assert.NotEmpty(seen);
        if (tombstones > 0)
            Assert.All(seen.Keys.GroupBy(key => key.Id), sessions => Assert.Single(sessions));
        await Eventually.IsTrueAsync(() => node.Pool.Status().Leased == 0, "no worker is held");
        Assert.Empty((await node.Http.GetFromJsonAsync<JsonObject>("/sessions"))!["sessions"]!.AsArray());
    }

    private static async Task<(HttpStatusCode Status, JsonObject Body, string? ShouldRetry)> PostAsync(
        TestNode node, string body, CancellationToken cancellationToken = default)
    {
        using var reply = await node.Http.PostAsync(
            "/v1/sessions", new StringContent(body, Encoding.UTF8, "application/json"), cancellationToken);
        var json = (await reply.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))!;
        return (reply.StatusCode, json, reply.Headers.TryGetValues("x-should-retry", out var values) ? values.Single() : null);
    }
}
