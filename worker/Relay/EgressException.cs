using System.Net;

namespace SteelBrowser.Relay;

/// <summary>The node's <c>--egress</c> rules do not allow a connection of a browser. The message says why, and how to allow it.</summary>
/// <param name="destination">The destination that the browser asked for.</param>
/// <param name="address">The address of that destination; IPv4 must not be mapped to IPv6.</param>
/// <param name="reason">Why it is not allowed.</param>
internal sealed class EgressException(Destination destination, IPAddress address, string reason) : Exception(
    $"{destination.Authority} is blocked by this node's --egress rules: {reason}. " +
    $"To allow it, start the node with --egress allow:{WhatToAllow(destination, address)}")
{
    private static string WhatToAllow(Destination destination, IPAddress address) =>
        (IPAddress.TryParse(destination.Host, out _) ? destination with { Host = address.ToString() } : destination).Authority;
}
