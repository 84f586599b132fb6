using System.Net;
using System.Net.Sockets;

namespace Steelyard.Tests.Functional;

/// <summary>
/// A port on every address of this machine that no session may reach. It counts TCP connections and UDP packets and answers with a page.
/// </summary>
internal sealed class Trap : IDisposable
{
    private readonly TcpListener listener = TcpListener.Create(0);
    private readonly UdpClient datagrams = new(AddressFamily.InterNetworkV6);
    private int connections;
    private int packets;

    public Trap()
    {
        listener.Start();
        datagrams.Client.DualMode = true;
        datagrams.Client.Bind(new IPEndPoint(IPAddress.IPv6Any, Port));
        _ = AcceptAsync();
        _ = ReceiveAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref connections);

    public int Packets => Volatile.Read(ref packets);

    public void Dispose()
    {
        listener.Dispose();
        datagrams.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync();
            Interlocked.Increment(ref connections);
            await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret"u8.ToArray());
            client.Client.Shutdown(SocketShutdown.Send);
        }
    }

    private async Task ReceiveAsync()
    {
        while (true)
        {
            await datagrams.ReceiveAsync();
            Interlocked.Increment(ref packets);
        }
    }
}
