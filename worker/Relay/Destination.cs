using System.Globalization;

namespace SteelBrowser.Relay;

/// <summary>The host and port that a request asks for.</summary>
/// <param name="Host">The name or address; IPv6 without brackets.</param>
/// <param name="Port">The port, 1 to 65535.</param>
internal readonly record struct Destination(string Host, int Port)
{
    /// <summary>Host and port in the form of <c>CONNECT</c>; IPv6 in brackets.</summary>
    public string Authority => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>Parses the target of <c>CONNECT host:port</c>. Throws <see cref="ProxyException"/>.</summary>
    public static Destination OfAuthority(string authority)
    {
        var colon = authority.LastIndexOf(':');
        var host = colon < 0 ? "" : authority[..colon].Trim('[', ']');
        return host.Length > 0
            && ushort.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port > 0
            ? new(host, port)
            : throw new ProxyException($"not a host and port: {authority}");
    }

    /// <summary>
    /// Parses the URL of an absolute-form request: the destination, and the path to request there. Throws <see cref="ProxyException"/>.
    /// </summary>
    public static (Destination Destination, string Path) OfUrl(string url)
    {
        const string Scheme = "http://";
        if (!url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            throw new ProxyException($"not an http address: {url}");
        var rest = url[Scheme.Length..];
        var slash = rest.IndexOfAny(['/', '?']);
        var authority = slash < 0 ? rest : rest[..slash];
        var path = slash < 0 ? "/" : rest[slash..];
        var hasPort = authority.LastIndexOf(':') > authority.LastIndexOf(']');
        return (OfAuthority(hasPort ? authority : authority + ":80"), path.StartsWith('/') ? path : "/" + path);
    }
}
