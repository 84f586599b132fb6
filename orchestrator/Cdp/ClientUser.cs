using System.Net;
using Steelyard.Processes;

namespace Steelyard.Cdp;

/// <summary>Tells which user of this machine a client is.</summary>
internal static class ClientUser
{
    // A client behind a proxy is not on this machine, although the proxy is.
    private static readonly string[] ProxyHeaders = ["Forwarded", "Via", "X-Forwarded-For", "X-Real-IP"];

    /// <summary>
    /// Returns a function that finds the id of the client's user. It returns null when the client is on another machine. It works as long
    /// as the connection is open.
    /// </summary>
    public static Func<uint?> Of(HttpContext context)
    {
        var connection = context.Connection;
        if (ProxyHeaders.Any(context.Request.Headers.ContainsKey)
            || connection is not { RemoteIpAddress: { } from, LocalIpAddress: { } to }
            || !IPAddress.IsLoopback(from))
            return static () => null;
        var (remote, local) = (new IPEndPoint(from, connection.RemotePort), new IPEndPoint(to, connection.LocalPort));
        return () => SocketUser.Find(remote, local);
    }
}
