using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Steelyard.Settings;

namespace Steelyard.Hosting;

/// <summary>The socket that clients connect to.</summary>
internal static class ListenSocket
{
    /// <summary>Number of connections that can wait in the kernel, for example while an orchestrator is replaced.</summary>
    public const int Backlog = 512;

    private const int Probes = 4;
    private const int Tcp = 6;
    private const int UserTimeout = 18; // TCP_USER_TIMEOUT, in milliseconds.

    /// <summary>
    /// Binds the socket. Accepted sockets inherit its settings. A client whose machine has disappeared sends no FIN. When no data is on its
    /// way to the client, the kernel's probes detect this. When data is on its way, the kernel sends no probes, and only the missing
    /// acknowledgements detect it. So a live client that reads nothing for this time while there is more to send is cut, too. Such a
    /// client would block its browser, and keep its session from expiring.
    /// </summary>
    /// <param name="endpoint">The address and port to listen on.</param>
    /// <param name="deadPeerTimeout">How long a client's machine can answer nothing, or read nothing while there is more to send.</param>
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

    /// <summary>What to do about a socket that cannot be bound; null for another error.</summary>
    public static string? Explain(Exception e, Options options) => (e.GetBaseException() as SocketException)?.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse =>
            $"Port {options.Port} on {options.Bind} is taken: stop the program that listens there (ss -ltnp shows it), or choose --port.",
        SocketError.AccessDenied =>
            $"No permission to listen on port {options.Port}: a port below 1024 needs root or CAP_NET_BIND_SERVICE. Choose --port 8080.",
        SocketError.AddressNotAvailable => $"{options.Bind} is not an address of this machine: choose --bind.",
        _ => null,
    };
}
