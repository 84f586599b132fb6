using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Steelyard.Settings;

namespace Steelyard.Http;

/// <summary>What clients may take of the node before a request of theirs is even read.</summary>
internal static class ConnectionLimits
{
    private const int NetworkBytes = 8;
    private static readonly TimeSpan ReplyGrace = TimeSpan.FromSeconds(5);

    public static void Apply(KestrelServerOptions kestrel, Options options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null; // Ours is checked, with a better answer, in RequestBody.
        kestrel.Limits.MinRequestBodyDataRate = null; // Likewise.
        kestrel.Limits.MinResponseDataRate = new(options.ReplyBytesPerSecond, ReplyGrace);
        kestrel.Limits.MaxConcurrentUpgradedConnections = options.MaxAttached;
        kestrel.Limits.KeepAliveTimeout = options.IdleTimeout;
        kestrel.Limits.RequestHeadersTimeout = options.HeadTimeout;
        kestrel.Limits.MaxRequestLineSize = options.MaxRequestLineBytes;
        kestrel.Limits.MaxRequestHeaderCount = options.MaxHeaders;
        kestrel.Limits.MaxRequestHeadersTotalSize = options.MaxHeaderBytes;
    }

    /// <summary>
    /// Cuts the connections of an address that has its share already. Off unless asked for: on loopback, and behind a proxy that is not
    /// declared, all clients are one address.
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
                // Removed by the last one, so that addresses do not pile up.
                if (counts.AddOrUpdate(client, 0, (_, count) => count - 1) == 0)
                    counts.TryRemove(new(client, 0));
            }
        });
    }

    /// <summary>Whom an address stands for: of IPv6 a whole network of 64 bits, because a client has all addresses in it.</summary>
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
