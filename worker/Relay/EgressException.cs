using System.Net;

namespace SteelBrowser.Relay;

/// <summary>The node's <c>--egress</c> rules do not let a session's browser go there; the message says why, and what to do.</summary>
/// <param name="destination">Where it wanted to go.</param>
/// <param name="address">Where that is; IPv4 as IPv4.</param>
/// <param name="reason">Why not.</param>
internal sealed class EgressException(Destination destination, IPAddress address, string reason) : Exception(
    $"{destination.Authority} is blocked by this node's --egress rules: {reason}. To allow it, start the node with --egress allow:{WhatToAllow(destination, address)}")
{
    private static string WhatToAllow(Destination destination, IPAddress address) =>
        (IPAddress.TryParse(destination.Host, out _) ? destination with { Host = address.ToString() } : destination).Authority;
}
