using System.Net;

namespace Steelyard.Tests.Functional;

/// <summary>Clients that guess keys are slowed down; clients with a valid key are not.</summary>
public sealed class WrongKeyTests
{
    [Fact]
    public async Task A_flood_of_wrong_keys_is_turned_away_and_right_ones_from_the_same_address_are_not()
    {
        await using var node = await TestNode.StartAsync(options => options with { ApiKeys = ["right"], WrongKeysPerSecond = 5 });
        using var over = new CancellationTokenSource();
        var flood = Enumerable.Range(0, 8).Select(_ => FloodAsync(node, over.Token)).ToList();
        for (var i = 0; i < 300; i++)
        {
            using var reply = await SendAsync(node, "right");
            Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        }

        await over.CancelAsync();
        var answers = (await Task.WhenAll(flood)).SelectMany(all => all).ToList();
        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests], answers.Distinct().Order());
    }

    [Theory]
    [InlineData("127.0.0.1", HttpStatusCode.Unauthorized)]
    [InlineData("127.0.0.2", HttpStatusCode.TooManyRequests)]
    public async Task A_client_is_whom_a_trusted_proxy_names_and_nobody_else(string proxy, HttpStatusCode other)
    {
        await using var node = await TestNode.StartAsync(
            options => options with { ApiKeys = ["right"], WrongKeysPerSecond = 1, TrustedProxies = [IPAddress.Parse(proxy)] });
        await TryUntilTurnedAwayAsync(node, "198.51.100.1");
        using var reply = await SendAsync(node, "wrong", "198.51.100.2");
        Assert.Equal(other, reply.StatusCode);
    }

    [Fact]
    public async Task What_else_a_client_writes_before_its_own_address_is_not_believed()
    {
        await using var node = await TestNode.StartAsync(
            options => options with { ApiKeys = ["right"], WrongKeysPerSecond = 1, TrustedProxies = [IPAddress.Parse("127.0.0.1")] });
        await TryUntilTurnedAwayAsync(node, "198.51.100.1");
        using var reply = await SendAsync(node, "wrong", "203.0.113.9, 198.51.100.1");
        Assert.Equal(HttpStatusCode.TooManyRequests, reply.StatusCode);
    }

    // The response of /readyz also reveals whether a key is valid.
    [Fact]
    public async Task Readiness_is_no_way_around()
    {
        await using var node = await TestNode.StartAsync(options => options with { ApiKeys = ["right"], WrongKeysPerSecond = 1 });
        await TryUntilTurnedAwayAsync(node, null);
        using var guess = await SendAsync(node, "wrong", path: "/readyz");
        Assert.Equal(HttpStatusCode.TooManyRequests, guess.StatusCode);
        Assert.NotNull(guess.Headers.RetryAfter);
        using var probe = await SendAsync(node, null, path: "/readyz");
        Assert.NotEqual(HttpStatusCode.TooManyRequests, probe.StatusCode);
    }

    private static async Task TryUntilTurnedAwayAsync(TestNode node, string? client)
    {
        List<Task<HttpResponseMessage>> tries = [.. Enumerable.Range(0, 40).Select(_ => SendAsync(node, "wrong", client))];
        var replies = await Task.WhenAll(tries);
        Assert.Contains(replies, reply => reply.StatusCode == HttpStatusCode.TooManyRequests);
        foreach (var reply in replies)
            reply.Dispose();

        // The address's limit is exhausted, so the next wrong key would have to wait too long.
        HttpStatusCode status;
        do
        {
            using var reply = await SendAsync(node, "wrong", client);
            status = reply.StatusCode;
        }
        while (status != HttpStatusCode.TooManyRequests);
    }

    private static async Task<List<HttpStatusCode>> FloodAsync(TestNode node, CancellationToken over)
    {
        List<HttpStatusCode> answers = [];
        while (!over.IsCancellationRequested)
        {
            using var reply = await SendAsync(node, $"guess-{answers.Count}");
            answers.Add(reply.StatusCode);
        }

        return answers;
    }

    private static async Task<HttpResponseMessage> SendAsync(TestNode node, string? key, string? client = null, string path = "/status")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null)
            request.Headers.Add("x-api-key", key);
        if (client is not null)
            request.Headers.Add("X-Forwarded-For", client);
        return await node.Http.SendAsync(request);
    }
}
