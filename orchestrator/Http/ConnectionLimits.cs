using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Steelyard.Settings;

namespace Steelyard.Http;

/// <summary>Limits what a client can use of the node before the node reads a request.</summary>
internal static class ConnectionLimits
{
    private const int NetworkBytes = 8;
    private static readonly TimeSpan ReplyGrace = TimeSpan.FromSeconds(5);

    public static void Apply(KestrelServerOptions kestrel, Options options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null; // RequestBodies checks the size and gives a better answer.
        kestrel.Limits.MinRequestBodyDataRate = null; // RequestBodies checks the rate as well.
        kestrel.Limits.MinResponseDataRate = new(options.ReplyBytesPerSecond, ReplyGrace);
        kestrel.Limits.MaxConcurrentUpgradedConnections = options.MaxAttached;
        kestrel.Limits.KeepAliveTimeout = options.IdleTimeout;
        kestrel.Limits.RequestHeadersTimeout = options.HeadTimeout;
        kestrel.Limits.MaxRequestLineSize = options.MaxRequestLineBytes;
        kestrel.Limits.MaxRequestHeaderCount = options.MaxHeaders;
        kestrel.Limits.MaxRequestHeadersTotalSize = options.MaxHeaderBytes;
    }

    /// <summary>
    /// Closes new connections of an address that already has its share. Off by default: on loopback, and behind a proxy that is not
    /// declared as trusted, all clients have the same address.
    /// </summary>
    public static void ShareOut(ListenOptions listener, Options options)
    {
        if (options.AddressMaxConnections is not { } share)
            return;
        var counts = new ConcurrentDictionary<IPAddress, int>();
        listener.Use(next => async connection =>
        {
            if (connection.RemoteEndPoint is not IPEndPoint { Address: var remote } || options.TrustedProxies.Contains(Plain(remote)))
            {
                await next(connection);
                return;
            }

            var client = Client(remote);
            try
            {
                if (counts.AddOrUpdate(client, 1, (_, count) => count + 1) <= share)
                    await next(connection);
                else
                    connection.Abort(new ConnectionAbortedException($"{client} has {share} connections already"));
            }
            finally
            {
                // The last connection removes the entry, so that addresses do not accumulate.
                if (counts.AddOrUpdate(client, 0, (_, count) => count - 1) == 0)
                    counts.TryRemove(new(client, 0));
            }
        });
    }

    /// <summary>
    /// Returns the client that an address belongs to. For IPv6 this is the /64 network, because a client has all addresses in it.
    /// </summary>
    internal static IPAddress Client(IPAddress address)
    {
        var plain = Plain(address);
        var bytes = plain.GetAddressBytes();
        if (bytes.Length == NetworkBytes * 2)
            bytes.AsSpan(NetworkBytes).Clear();
        return new(bytes);
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
