using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Steelyard.Contract.Setup;

namespace SteelBrowser.Relay;

/// <summary>A client of SOCKS version 5 (RFC 1928), with user name and password (RFC 1929). The proxy resolves names.</summary>
internal static class SocksHandshake
{
    private const byte Version = 5;
    private const byte NoCredentials = 0;
    private const byte Password = 2;
    private const byte Connect = 1;
    private const byte Address4 = 1;
    private const byte Name = 3;
    private const byte Address6 = 4;

    /// <summary>
    /// Runs the handshake; afterwards the wire leads to the destination. Throws <see cref="ProxyException"/> when the proxy refuses.
    /// </summary>
    public static async Task RunAsync(Wire proxy, ProxyServer upstream, Destination destination, CancellationToken deadline)
    {
        await GreetAsync(proxy, upstream, deadline);
        await proxy.WriteAsync((byte[])[Version, Connect, 0, .. AddressOf(destination.Host), .. PortOf(destination.Port)], deadline);
        var answer = await proxy.ReadExactlyAsync(4, deadline);
        if (answer[0] != Version)
            throw new ProxyException("the proxy does not speak SOCKS 5");
        if (answer[1] != 0)
            throw new ProxyException($"the proxy does not connect to {destination.Authority}: SOCKS error {answer[1]}");
        var bound = answer[3] switch
        {
            Address4 => 4,
            Address6 => 16,
            Name => (await proxy.ReadExactlyAsync(1, deadline))[0],
            _ => throw new ProxyException("the proxy does not speak SOCKS 5"),
        };
        await proxy.ReadExactlyAsync(bound + 2, deadline);
    }

    private static async Task GreetAsync(Wire proxy, ProxyServer upstream, CancellationToken deadline)
    {
        await proxy.WriteAsync(
            upstream.Username is null ? new[] { Version, (byte)1, NoCredentials } : [Version, 2, NoCredentials, Password], deadline);
        var choice = await proxy.ReadExactlyAsync(2, deadline);
        if (choice[0] != Version)
            throw new ProxyException("the proxy does not speak SOCKS 5");
        if (choice[1] == NoCredentials)
            return;
        if (upstream.Username is null)
            throw new ProxyException("the proxy requires a user name and password");
        if (choice[1] != Password)
            throw new ProxyException("the proxy supports no authentication method that the worker supports");
        await proxy.WriteAsync((byte[])[1, .. Counted(upstream.Username), .. Counted(upstream.Password)], deadline);
        if ((await proxy.ReadExactlyAsync(2, deadline))[1] != 0)
            throw new ProxyException("the proxy refuses the user name or password");
    }

    private static byte[] AddressOf(string host)
    {
        if (!IPAddress.TryParse(host, out var address))
            return [Name, .. Counted(host)];
        return [address.AddressFamily == AddressFamily.InterNetworkV6 ? Address6 : Address4, .. address.GetAddressBytes()];
    }

    private static byte[] PortOf(int port)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)port);
        return bytes;
    }

    private static byte[] Counted(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length <= byte.MaxValue
            ? [(byte)bytes.Length, .. bytes]
            : throw new ProxyException("a host name, user name or password is longer than 255 bytes, the limit of SOCKS 5");
    }
}
