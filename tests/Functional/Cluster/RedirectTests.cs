using System.Net;
using System.Net.WebSockets;
using Steelyard.Contract;

namespace Steelyard.Tests.Functional.Cluster;

/// <summary>A client that follows goes to the node that has its session, with a ticket instead of a key.</summary>
public sealed class RedirectTests
{
    private const string Follower = "Playwright/1.65.1 (x64; ubuntu 24.04) node/22.23";

    private static readonly string[] Small =
        ["--warm", "1", "--max-workers", "6", "--log-level", "debug", "--api-key", "a:key-of-a", "--api-key", "b:key-of-b"];

    [Theory]
    [InlineData("/sessions/ID/cdp?x=1&apiKey=key-of-a")]
    [InlineData("/sessions/ID?apiKey=key-of-a&x=1")]
    [InlineData("/?x=1&sessionId=ID?apiKey=key-of-a")]
    public async Task A_WebSocket_is_sent_to_the_owner_with_a_ticket_that_opens_nothing_else(string path)
    {
        await using var cluster = await TestCluster.StartRedirectingAsync("redis", 3, Small);
        var (session, other) = (await cluster.CreateOnAsync(2), await cluster.CreateOnAsync(2));
        var (status, location) = await RefusedAsync(cluster.Nodes[0], path.Replace("ID", session, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.TemporaryRedirect, status);
        Assert.Equal(("ws", cluster.Nodes[2].Http.BaseAddress!.Authority), (location!.Scheme, location.Authority));
        Assert.Contains("x=1", location.Query, StringComparison.Ordinal);
        Assert.DoesNotContain("key-of-a", location.ToString(), StringComparison.Ordinal);

        // Simulated workers have no browser: the answer shows that the session was found.
        Assert.Equal(HttpStatusCode.NotImplemented, (await RefusedAsync(location)).Status);
        var stolen = new Uri(location.ToString().Replace(session, other, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefusedAsync(stolen)).Status);
        var elsewhere = new UriBuilder(location) { Port = cluster.Nodes[1].Http.BaseAddress!.Port };
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefusedAsync(elsewhere.Uri)).Status);
        using var http = new HttpClient();
        var read = new UriBuilder(location) { Scheme = "http", Path = $"/sessions/{session}" };
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(read.Uri)).StatusCode);

        // Another key gets a ticket for itself, and without a key nobody gets one.
        path = $"/sessions/{session}/cdp";
        Assert.Equal(HttpStatusCode.Unauthorized, (await RefusedAsync(cluster.Nodes[0], path)).Status);
        (_, location) = await RefusedAsync(cluster.Nodes[0], $"{path}?apiKey=key-of-b");
        Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(location!)).Status);
    }

    [Fact]
    public async Task It_is_followed_without_a_key_and_other_clients_are_forwarded()
    {
        if (BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed: run `make browser`");
        await using var cluster = await TestCluster.StartRedirectingAsync("redis", 3, [.. Small, "--worker", "chromium"]);
        var path = $"/sessions/{await cluster.CreateOnAsync(0)}/cdp?apiKey=key-of-a";
        var (_, location) = await RefusedAsync(cluster.Nodes[1], path);
        await DriveAsync(location!, Follower);
        await DriveAsync(Socket(cluster.Nodes[1], path), agent: null);

        // With a ticket, of whatever kind, a client is not sent on.
        await DriveAsync(Socket(cluster.Nodes[1], $"{path}&steelyardTicket=x"), Follower);
        foreach (var node in cluster.Nodes)
            Assert.DoesNotContain(location!.Query.Split("steelyardTicket=")[1], await node.OutputAsync(), StringComparison.Ordinal);
    }

    private static async Task DriveAsync(Uri address, string? agent)
    {
        using var browser = await DevToolsClient.ConnectAsync(address, agent);
        Assert.Equal(3, (int)(await browser.EvaluateAsync(await browser.AttachToPageAsync(), "1 + 2"))!);
    }

    private static Uri Socket(NodeProcess node, string path) =>
        new UriBuilder(new Uri(node.Http.BaseAddress!, path)) { Scheme = "ws" }.Uri;

    private static Task<(HttpStatusCode Status, Uri? Location)> RefusedAsync(NodeProcess node, string path) =>
        RefusedAsync(Socket(node, path));

    private static async Task<(HttpStatusCode Status, Uri? Location)> RefusedAsync(Uri address)
    {
        using var socket = new ClientWebSocket();
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("User-Agent", Follower);
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(address, http, deadline.Token));
        var location = socket.HttpResponseHeaders?.TryGetValue("Location", out var values) == true ? new Uri(values.First()) : null;
        return (socket.HttpStatusCode, location);
    }
}
