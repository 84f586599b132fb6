using System.Net.Sockets;
using System.Text;

namespace Steelyard.Tests.Functional;

/// <summary>Clients that are there no more, and say nothing.</summary>
public sealed class DeadPeerTests
{
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "Functional", "odd-worker.mjs");

    // Its kernel answers every probe: to us it looks like one whose machine has vanished while bytes were on their way to it.
    [Fact]
    public async Task One_that_takes_nothing_while_there_is_more_to_send_is_cut_and_its_session_expires()
    {
        await using var node = await Node.StartAsync(options => options with
        {
            Worker = $"/usr/bin/env node {Script}",
            SessionTtl = TimeSpan.FromSeconds(1),
            DeadPeerTimeout = TimeSpan.FromSeconds(1),
            Warm = 1,
        });
        var id = await node.CreateAsync();
        using var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(node.Http.BaseAddress!.Host, node.Http.BaseAddress.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /sessions/{id}/cdp HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        var start = new byte[12];
        await client.GetStream().ReadExactlyAsync(start);
        Assert.Equal("HTTP/1.1 101", Encoding.ASCII.GetString(start));
        await Eventually.IsTrueAsync(() => node.Pool.Status().Leased == 0, "the session has expired", seconds: 30);
        Assert.Equal("expired", await node.ReasonOfAsync(id));
    }
}
