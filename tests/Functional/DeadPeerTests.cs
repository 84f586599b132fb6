using System.Net.Sockets;
using System.Text;
using Steelyard.Contract;

namespace Steelyard.Tests.Functional;

/// <summary>Clients that are gone without closing their connection.</summary>
public sealed class DeadPeerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "Functional", "odd-worker.mjs");

    // The kernel answers every probe: to the node, this client looks like one whose machine vanished while bytes were in flight.
    [Fact]
    public async Task One_that_takes_nothing_while_there_is_more_to_send_is_cut_and_its_session_expires()
    {
        await using var node = await StartAsync("");
        var id = await node.CreateAsync();
        using var client = await AttachAsync(node, id, "");
        await Eventually.IsTrueAsync(() => node.Pool.Status().Leased == 0, "the session has expired", seconds: 30);
        Assert.Equal("expired", await node.ReasonOfAsync(id));
    }

    // Like a client that died behind a proxy, where the kernel of the proxy still answers.
    [Fact]
    public async Task One_that_answers_no_ping_is_cut_and_its_session_expires()
    {
        await using var node = await StartAsync("quiet=yes");
        var id = await node.CreateAsync();
        using var client = await AttachAsync(node, id, "User-Agent: Playwright/1.0\r\n");
        Assert.Equal([0x89, 0x00, 0x89, 0x00], (await ReadToEndAsync(client))[..4]);
        await Eventually.IsTrueAsync(() => node.Pool.Status().Leased == 0, "the session has expired", seconds: 30);
        Assert.Equal("expired", await node.ReasonOfAsync(id));
    }

    // Some clients take any frame for a message; see docs/decisions/0005.
    [Theory]
    [InlineData("")]
    [InlineData("User-Agent: Go-http-client/1.1\r\n")]
    public async Task One_that_may_not_know_pings_gets_none_and_stays(string name)
    {
        await using var node = await StartAsync("quiet=yes");
        var id = await node.CreateAsync();
        using var client = await AttachAsync(node, id, name);
        await Task.Delay(3 * Patience); // Nothing may happen during this time.
        Assert.Equal(0, client.Available);
        using var deleted = await node.Http.DeleteAsync($"/sessions/{id}");
        Assert.Equal([0x88], (await ReadToEndAsync(client))[..1]);
    }

    [Fact]
    public async Task One_that_answers_stays_and_its_browser_ignores_the_answers()
    {
        if (BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed");
        await using var node = await TestNode.StartAsync(
            options => options with { Worker = "chromium", DeadPeerTimeout = Patience, Warm = 1 });
        var id = await node.CreateAsync();
        using var client = await DevToolsClient.ConnectAsync(
            new($"ws://{node.Http.BaseAddress!.Authority}/sessions/{id}/cdp"), "one that answers");
        var page = await client.AttachToPageAsync();
        Assert.Equal(
            42, (int)(await client.EvaluateAsync(page, $"new Promise(done => setTimeout(done, {5 * Patience.TotalMilliseconds}, 42))"))!);
    }

    private static Task<TestNode> StartAsync(string argument) => TestNode.StartAsync(options => options with
    {
        Worker = $"/usr/bin/env node {Script} {argument}",
        SessionTtl = TimeSpan.FromSeconds(1),
        DeadPeerTimeout = Patience,
        Warm = 1,
    });

    // Reads only the head of the response.
    private static async Task<TcpClient> AttachAsync(TestNode node, string id, string headers)
    {
        var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(node.Http.BaseAddress!.Host, node.Http.BaseAddress.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /sessions/{id}/cdp HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
            $"Sec-WebSocket-Version: 13\r\n{headers}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        var answer = new StringBuilder();
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            answer.Append((char)client.GetStream().ReadByte());
        Assert.StartsWith("HTTP/1.1 101", answer.ToString(), StringComparison.Ordinal);
        return client;
    }

    private static async Task<byte[]> ReadToEndAsync(TcpClient client)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var bytes = new MemoryStream();
        try
        {
            await client.GetStream().CopyToAsync(bytes, deadline.Token);
        }
        catch (IOException)
        {
            // The node closed the connection.
        }

        return bytes.ToArray();
    }
}
