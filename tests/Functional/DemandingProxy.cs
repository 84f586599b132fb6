using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Steelyard.Tests.Functional;

/// <summary>
/// A proxy that requires the user "me" and the password "secret". It speaks HTTP (plain requests and CONNECT) or SOCKS 5.
/// </summary>
internal sealed class DemandingProxy : IDisposable
{
    private static readonly string Expected = "Basic " + Convert.ToBase64String("me:secret"u8);

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly bool socks;
    private int connections;
    private int refusals;

    public DemandingProxy(bool socks)
    {
        this.socks = socks;
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>The number of accepted clients.</summary>
    public int Connections => Volatile.Read(ref connections);

    public int Refusals => Volatile.Read(ref refusals);

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        while (true)
            _ = ServeAsync(await listener.AcceptTcpClientAsync());
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            if (await (socks ? GreetSocksAsync(stream) : GreetHttpAsync(stream)) is not var (host, port, first, answer))
            {
                Interlocked.Increment(ref refusals);
                return;
            }

            Interlocked.Increment(ref connections);
            using var to = new TcpClient();
            await to.ConnectAsync(host, port);
            await to.GetStream().WriteAsync(first);
            await stream.WriteAsync(answer);
            await Task.WhenAny(stream.CopyToAsync(to.GetStream()), to.GetStream().CopyToAsync(stream));
        }
    }

    private static async Task<(string Host, int Port, byte[] First, byte[] Answer)?> GreetHttpAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
                return null;
            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n");
        if (!lines.Contains($"Proxy-Authorization: {Expected}"))
        {
            await stream.WriteAsync("HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            return null;
        }

        var words = lines[0].Split(' ');
        if (words[0] == "CONNECT")
            return (words[1].Split(':')[0], int.Parse(words[1].Split(':')[1]), [], "HTTP/1.1 200 Fine\r\n\r\n"u8.ToArray());
        var url = new Uri(words[1]);
        var rest = lines.Skip(1).Where(line => !line.StartsWith("Proxy-", StringComparison.Ordinal));
        return (url.Host, url.Port, Encoding.ASCII.GetBytes(string.Join("\r\n", [$"{words[0]} {url.PathAndQuery} HTTP/1.1", .. rest])), []);
    }

    private static async Task<(string Host, int Port, byte[] First, byte[] Answer)?> GreetSocksAsync(NetworkStream stream)
    {
        var methods = await ReadAsync(stream, (await ReadAsync(stream, 2))[1]);
        if (!methods.Contains((byte)2))
            return null;
        await stream.WriteAsync((byte[])[5, 2]);
        var name = Encoding.UTF8.GetString(await ReadAsync(stream, (await ReadAsync(stream, 2))[1]));
        var password = Encoding.UTF8.GetString(await ReadAsync(stream, (await ReadAsync(stream, 1))[0]));
        var welcome = (name, password) == ("me", "secret");
        await stream.WriteAsync((byte[])[1, (byte)(welcome ? 0 : 1)]);
        if (!welcome)
            return null;
        var type = (await ReadAsync(stream, 4))[3];
        var host = type == 1
            ? new IPAddress(await ReadAsync(stream, 4)).ToString()
            : Encoding.UTF8.GetString(await ReadAsync(stream, (await ReadAsync(stream, 1))[0]));
        var port = await ReadAsync(stream, 2);
        return (host, (port[0] << 8) + port[1], [], [5, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    }

    private static async Task<byte[]> ReadAsync(NetworkStream stream, int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }
}
