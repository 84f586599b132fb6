using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Steelyard.Cdp;

namespace Steelyard.Tests.Unit.Cdp;

public sealed class TunnelTests
{
    [Fact]
    public async Task A_tunnel_that_the_node_ends_says_farewell_whichever_part_of_it_ends_first()
    {
        for (var run = 0; run < 200; run++)
        {
            var (browser, farBrowser) = await BrowserAsync();
            var (client, far) = await PairAsync();
            using var over = new CancellationTokenSource();
            var running = new Tunnel(client, browser, new AttachedClients(new([])).Begin(Guid.Empty, null), null, TimeProvider.System)
                .RunAsync(() => Task.FromResult(((ushort)1000, "session deleted")), over.Token);
            await over.CancelAsync();
            Assert.True(await Until.DoneAsync(running), $"run {run}");
            await client.DisposeAsync();
            using var said = new MemoryStream();
            await far.CopyToAsync(said, TestContext.Current.CancellationToken);
            await far.DisposeAsync();
            Assert.Equal(WebSocketFrames.Close(1000, "session deleted"), said.ToArray());
            browser.Dispose();
            farBrowser.Dispose();
        }
    }

    private static async Task<(UpstreamWebSocket Near, Socket Far)> BrowserAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var opening = UpstreamWebSocket.OpenAsync(
            ((IPEndPoint)listener.LocalEndpoint).Port, "/", new HeaderDictionary(), TestContext.Current.CancellationToken);
        var far = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        await far.SendAsync(Encoding.ASCII.GetBytes("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
        return (await opening, far);
    }

    private static async Task<(NetworkStream Near, NetworkStream Far)> PairAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await near.ConnectAsync(listener.LocalEndpoint, TestContext.Current.CancellationToken);
        var far = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        return (new(near, ownsSocket: true), new(far, ownsSocket: true));
    }
}
