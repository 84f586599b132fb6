using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>Addresses that a proxy forwards are accepted only from a trusted proxy.</summary>
public sealed class ForwardedTests
{
    [Theory]
    [InlineData("X-Forwarded-For", "10.0.0.1")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("X-Forwarded-Host", "localhost")]
    public async Task A_get_that_changes_something_is_refused_through_a_trusted_proxy_too(string header, string value)
    {
        await using var node = await TestNode.StartAsync(options => options with { TrustedProxies = [IPAddress.Loopback] });
        var id = await node.CreateAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/kill/all") { Headers = { { header, value } } };
        using var reply = await node.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, reply.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await node.StatusOfAsync(id));
    }

    [Theory]
    [InlineData("127.0.0.1", "wss://grid.example/?sessionId=", "https://grid.example/live/")]
    [InlineData("127.0.0.2", "ws://127.0.0.1", "http://127.0.0.1")]
    [InlineData(null, "ws://127.0.0.1", "http://127.0.0.1")]
    public async Task A_trusted_proxy_tells_under_which_address_clients_reach_us(string? trusted, string socket, string viewer)
    {
        await using var node =
            await TestNode.StartAsync(
                options =>
                    options with { AllowedHosts = ["grid.example"], TrustedProxies = trusted is null ? [] : [IPAddress.Parse(trusted)] });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/sessions") { Content = JsonContent.Create(new { }) };
        request.Headers.Add("X-Forwarded-Host", "grid.example");
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var reply = await node.Http.SendAsync(request);
        var session = (await reply.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.StartsWith(socket, (string?)session["websocketUrl"], StringComparison.Ordinal);
        Assert.StartsWith(viewer, (string?)session["sessionViewerUrl"], StringComparison.Ordinal);
    }
}
