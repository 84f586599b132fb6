using System.Net;
using System.Net.Sockets;

namespace SteelBrowser.Relay;

/// <summary>Recognizes this machine's own addresses. Loopback is only one of them: our ports may be bound to any.</summary>
internal static class OwnAddress
{
    private const int AnyPort = 9;

    /// <summary>True if packets to this address would also have it as their source. No packet is sent to find out.</summary>
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
            return false; // There is no route to the address, so the connection will fail, too.
        }
    }
}
