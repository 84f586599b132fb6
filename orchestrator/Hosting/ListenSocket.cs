using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Steelyard.Hosting;

/// <summary>The socket that clients connect to.</summary>
internal static class ListenSocket
{
    /// <summary>Connections that may wait in the kernel, for instance while an orchestrator is being replaced.</summary>
    public const int Backlog = 512;

    private const int Probes = 4;
    private const int Tcp = 6;
    private const int UserTimeout = 18; // TCP_USER_TIMEOUT, in milliseconds.

    /// <summary>
    /// Binds it. Accepted sockets inherit its settings. A client whose machine vanished sends no FIN. While nothing is on its way to it, only the kernel's
    /// probes tell; else they rest, and only the missing acknowledgements do. The price of the latter: one that lives and takes nothing for so long, while
    /// there is more to send, is cut, too. It would hold up its browser, and keep its session from expiring.
    /// </summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="deadPeerTimeout">How long a client's machine may answer nothing, or take nothing while there is more to send.</param>
    public static Socket Bind(IPEndPoint endpoint, TimeSpan deadPeerTimeout)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        var seconds = Math.Max(1, (int)deadPeerTimeout.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Math.Max(1, seconds / 2));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Math.Max(1, seconds / 2 / Probes));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
        socket.SetRawSocketOption(Tcp, UserTimeout, BitConverter.GetBytes(seconds * 1000));
        return socket;
    }
}
