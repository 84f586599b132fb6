using System.Globalization;

namespace SteelBrowser.Relay;

/// <summary>Where a request wants to go.</summary>
/// <param name="Host">Name or address; IPv6 without brackets.</param>
/// <param name="Port">1 to 65535.</param>
internal readonly record struct Destination(string Host, int Port)
{
    /// <summary>As in <c>CONNECT</c>.</summary>
    public string Authority => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>Of <c>CONNECT host:port</c>. Throws <see cref="ProxyException"/>.</summary>
    public static Destination OfAuthority(string authority)
    {
        var colon = authority.LastIndexOf(':');
        var host = colon < 0 ? "" : authority[..colon].Trim('[', ']');
        return host.Length > 0 && ushort.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0
            ? new(host, port)
            : throw new ProxyException($"no host and port: {authority}");
    }

    /// <summary>Of an absolute-form request, and the path to ask for there. Throws <see cref="ProxyException"/>.</summary>
    public static (Destination Destination, string Path) OfUrl(string url)
    {
        const string Scheme = "http://";
        if (!url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            throw new ProxyException($"no http address: {url}");
        var rest = url[Scheme.Length..];
        var slash = rest.IndexOfAny(['/', '?']);
        var authority = slash < 0 ? rest : rest[..slash];
        var path = slash < 0 ? "/" : rest[slash..];
        var hasPort = authority.LastIndexOf(':') > authority.LastIndexOf(']');
        return (OfAuthority(hasPort ? authority : authority + ":80"), path.StartsWith('/') ? path : "/" + path);
    }
}
