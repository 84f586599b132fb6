using Steelyard.Http;

namespace Steelyard.Requests;

/// <summary>The proxy that a session's browser uses.</summary>
/// <param name="Url">Scheme, host and port.</param>
/// <param name="UserName">User name; null when the proxy needs none.</param>
/// <param name="Password">Password; null when the proxy needs none.</param>
internal sealed record ProxyServer(string Url, string? UserName, string? Password)
{
    /// <summary>Reads <c>scheme://user:password@host:port</c>. Throws <see cref="FieldException"/>.</summary>
    public static ProxyServer Parse(string field, string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url)
            || url.Scheme is not ("http" or "https" or "socks5")
            || url.Host.Length == 0
            || url.AbsolutePath.Length > 1)
            throw FieldException.Bad(field, "an http, https or socks5 address such as http://user:password@host:3128");
        var port = url.Port > 0 ? url.Port : 1080;
        var colon = url.UserInfo.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? url.UserInfo : url.UserInfo[..colon];
        if (name.Length == 0 && colon >= 0)
            throw FieldException.Bad(field, "an address with a user name before the password");
        return new(
            $"{url.Scheme}://{(url.HostNameType == UriHostNameType.IPv6 ? $"[{url.DnsSafeHost}]" : url.IdnHost)}:{port}",
            name.Length > 0 ? Uri.UnescapeDataString(name) : null,
            colon < 0 ? null : Uri.UnescapeDataString(url.UserInfo[(colon + 1)..]));
    }
}
