using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Steelyard.Contract.Egress;

/// <summary>One rule of <c>--egress</c>: <c>allow:WHAT</c> or <c>deny:WHAT</c>, optionally followed by a port.</summary>
/// <param name="Allows">True for allow, false for deny.</param>
/// <param name="Name">
/// A host name in lower case, <c>*.DOMAIN</c> for all names below a domain, or <c>*</c> for all names; null when the rule has a network.
/// </param>
/// <param name="Network">A range of addresses; null when the rule has a name.</param>
/// <param name="Port">1 to 65535; null for any port.</param>
internal sealed record EgressRule(bool Allows, string? Name, IPNetwork? Network, int? Port)
{
    private const int MaxName = 253;

    /// <summary>
    /// Reads a rule such as <c>allow:HOST</c>, <c>deny:10.0.0.0/8:443</c> or <c>allow:[fd00::/8]:80</c>. Throws
    /// <see cref="FormatException"/> with a message that says what is wrong.
    /// </summary>
    public static EgressRule Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (verb, rest) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
        if (verb is not ("allow" or "deny"))
            throw new FormatException($"'{text}' is not a rule: write open, allow:WHAT or deny:WHAT");
        var (target, port) = SplitPort(rest, text);
        var network = ParseNetwork(target, text);
        return new(verb == "allow", network is null ? ParseName(target, text) : null, network, port);
    }

    /// <summary>Whether the rule applies to a connection to this host and address.</summary>
    /// <param name="host">The requested name or address, in lower case and without a dot at the end.</param>
    /// <param name="port">The requested port.</param>
    /// <param name="address">The address of the host; an IPv4 address is in IPv4 form.</param>
    public bool Matches(string host, int port, IPAddress address)
    {
        if (Port is not null && Port != port)
            return false;
        return Network is { } network ? network.Contains(address) : MatchesName(host);
    }

    private bool MatchesName(string host) =>
        Name == "*"
        || Name == host
        || (Name!.StartsWith("*.", StringComparison.Ordinal) && host.EndsWith(Name[1..], StringComparison.Ordinal));

    // An IPv6 address contains colons, so it is in brackets when a port follows.
    private static (string Target, int? Port) SplitPort(string text, string rule)
    {
        var bracket = text.LastIndexOf(']');
        if (text.StartsWith('[') && bracket > 0)
            return (text[1..bracket], bracket == text.Length - 1 ? null : ParsePort(text[(bracket + 1)..], rule));
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon >= 0 && colon == text.LastIndexOf(':') ? (text[..colon], ParsePort(text[colon..], rule)) : (text, null);
    }

    private static int ParsePort(string text, string rule) =>
        text[0] == ':'
        && int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
        && port is >= 1 and <= ushort.MaxValue
            ? port
            : throw new FormatException($"'{rule}': the port must be a number from 1 to 65535");

    // Strict: some programs read 10.1 or 0x7f.1 as an address, others as a name.
    private static IPNetwork? ParseNetwork(string text, string rule)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var address = slash < 0 ? text : text[..slash];
        if (!IPAddress.TryParse(address, out var parsed)
            || (!address.Contains(':', StringComparison.Ordinal) && parsed.ToString() != address))
            return null;
        if (parsed.IsIPv4MappedToIPv6 || parsed is { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 })
            throw new FormatException($"'{rule}': write the address without a zone, and an IPv4 address in IPv4 form");
        if (slash < 0)
            return new(parsed, parsed.GetAddressBytes().Length * 8);
        return IPNetwork.TryParse(text, out var network) && network.BaseAddress.Equals(parsed)
            ? network
            : throw new FormatException($"'{rule}': write a network like 10.0.0.0/8, where all bits after the prefix are 0");
    }

    private static string ParseName(string text, string rule)
    {
        var name = text.ToLowerInvariant();
        var labels = (name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name).Split('.');
        var isName = name.Length <= MaxName
            && labels.All(label => label.Length > 0 && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            && !labels[^1].All(char.IsAsciiDigit);
        return name == "*" || isName ? name : throw new FormatException($"'{rule}' does not name a host, an address or a network");
    }
}
