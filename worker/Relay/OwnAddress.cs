using System.Net;
using System.Net.Sockets;

namespace SteelBrowser.Relay;

/// <summary>Tells this machine's own addresses, of which loopback is only one: our ports may be bound to any of them.</summary>
internal static class OwnAddress
{
    private const int AnyPort = 9;

    /// <summary>What the kernel would send to it comes from the same address. No packet is sent to find out.</summary>
    public static bool Is(IPAddress address)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(address, AnyPort);
            return ((IPEndPoint)socket.LocalEndPoint!).Address.Equals(address);
        }
        catch (SocketException)
        {
            return false; // No way leads there: the dial will fail, too.
        }
    }
}
