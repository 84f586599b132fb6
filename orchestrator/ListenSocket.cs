using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Steelyard;

/// <summary>The socket that clients connect to.</summary>
internal static class ListenSocket
{
    /// <summary>Connections that may wait in the kernel, for instance while an orchestrator is being replaced.</summary>
    public const int Backlog = 512;

    private const int Probes = 4;

    /// <summary>Binds it. Accepted sockets inherit its settings: a client whose machine vanished sends no FIN, only the kernel's probes tell.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="deadPeerTimeout">How long a client's machine may answer nothing.</param>
    public static Socket Bind(IPEndPoint endpoint, TimeSpan deadPeerTimeout)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        var seconds = Math.Max(1, (int)deadPeerTimeout.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Math.Max(1, seconds / 2));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Math.Max(1, seconds / 2 / Probes));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
        return socket;
    }
}
