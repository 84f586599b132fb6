using System.Net;
using System.Net.Sockets;

namespace Steelyard.Contract.Egress;

/// <summary>
/// The addresses that a session reaches only when a rule allows them: all that are not ordinary public addresses. The list follows the
/// registries of special-purpose addresses (RFC 6890), and adds the metadata services of clouds.
/// </summary>
internal static class NonPublicAddresses
{
    private static readonly (IPNetwork Network, string What)[] Known =
    [
        .. Of(
            "a cloud's metadata service",
            "169.254.169.254/32", "169.254.170.2/32", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32",
            "fd00:ec2::254/128", "fd20:ce::254/128"),
        .. Of("loopback", "127.0.0.0/8", "::1/128"),
        .. Of("an unspecified address", "0.0.0.0/8", "::/128"),
        .. Of("link-local", "169.254.0.0/16", "fe80::/10"),
        .. Of("private", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fec0::/10"),
        .. Of("multicast or broadcast", "224.0.0.0/4", "255.255.255.255/32", "ff00::/8"),
        .. Of(
            "reserved",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4"),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    // Networks whose addresses contain an IPv4 address, and the byte at which it starts.
    private static readonly (IPNetwork Network, int At)[] Embedding =
    [
        (IPNetwork.Parse("::/96"), 12),
        (IPNetwork.Parse("::ffff:0:0/96"), 12),
        (IPNetwork.Parse("::ffff:0:0:0/96"), 12),
        (IPNetwork.Parse("64:ff9b::/96"), 12),
        (IPNetwork.Parse("2002::/16"), 2),
    ];

    private static readonly IPNetwork[] Tunnels =
    [
        IPNetwork.Parse("2001::/23"),
        IPNetwork.Parse("2001:db8::/32"),
        IPNetwork.Parse("3fff::/20"),
    ];

    /// <summary>The kind of a special address, as text for people; null for an ordinary one.</summary>
    public static string? Describe(IPAddress address)
    {
        if (Array.Find(Known, known => known.Network.Contains(address)) is { What: not null } found)
            return found.What;
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return null;
        if (Embedded(address) is { } inner)
            return Describe(inner);
        return GlobalUnicast.Contains(address) && !Tunnels.Any(tunnel => tunnel.Contains(address)) ? null : "reserved";
    }

    /// <summary>The address without its zone. An IPv4 address that is written as IPv6 becomes IPv4.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new(address.GetAddressBytes());

    private static IPAddress? Embedded(IPAddress address) =>
        Array.Find(Embedding, form => form.Network.Contains(address)) is { At: > 0 } form
            ? new(address.GetAddressBytes().AsSpan(form.At, 4))
            : null;

    private static IEnumerable<(IPNetwork Network, string What)> Of(string what, params string[] networks) =>
        networks.Select(network => (IPNetwork.Parse(network), what));
}
