using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Steelyard.Worker.Proxy;

/// <summary>Connects to the session's proxy.</summary>
internal static class Dialer
{
    /// <summary>Throws <see cref="ProxyException"/> when that cannot be done.</summary>
    public static async Task<Wire> ConnectAsync(Upstream upstream, Traffic traffic, CancellationToken deadline)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(upstream.Host, upstream.Port, deadline);
            return new(socket, upstream.Kind == UpstreamKind.Https ? await SecureAsync(socket, upstream.Host, deadline) : new NetworkStream(socket), traffic);
        }
        catch (Exception e) when (e is SocketException or AuthenticationException or IOException)
        {
            socket.Dispose();
            throw new ProxyException($"cannot connect to the proxy {upstream.Host}:{upstream.Port}: {e.Message}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<SslStream> SecureAsync(Socket socket, string host, CancellationToken deadline)
    {
        var secure = new SslStream(new NetworkStream(socket));
        try
        {
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host }, deadline);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }
}
