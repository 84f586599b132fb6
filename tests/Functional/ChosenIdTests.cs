using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>Ids that clients choose, so that a create may be asked again.</summary>
public sealed class ChosenIdTests
{
    [Fact]
    public async Task Many_creates_with_one_id_make_one_session()
    {
        await using var node = await Node.StartAsync(options => options);
        var id = Guid.NewGuid().ToString();
        var replies = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => PostAsync(node, $$"""{"sessionId":"{{id}}"}""")));
        Assert.All(replies, reply => Assert.Equal((HttpStatusCode.OK, id), (reply.Status, (string?)reply.Body["id"])));
        Assert.Equal(1, node.Pool.Status().Leased);
    }

    [Fact]
    public async Task Another_request_under_the_same_id_and_an_id_that_is_over_are_409_and_not_to_be_retried()
    {
        await using var node = await Node.StartAsync(options => options);
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
        await using var node = await Node.StartAsync(options => options with { Warm = 1, MaxWorkers = 1 });
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

    private static async Task<(HttpStatusCode Status, JsonObject Body, string? ShouldRetry)> PostAsync(Node node, string body, CancellationToken cancellationToken = default)
    {
        using var reply = await node.Http.PostAsync("/v1/sessions", new StringContent(body, Encoding.UTF8, "application/json"), cancellationToken);
        var json = (await reply.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))!;
        return (reply.StatusCode, json, reply.Headers.TryGetValues("x-should-retry", out var values) ? values.Single() : null);
    }
}
