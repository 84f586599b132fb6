namespace SteelBrowser.Relay;

/// <summary>The proxy a session has asked for.</summary>
/// <param name="Kind">How to talk to it.</param>
/// <param name="Host">Its name or address; IPv6 without brackets.</param>
/// <param name="Port">Its port.</param>
/// <param name="Username">Null for no credentials.</param>
/// <param name="Password">Empty when there is none.</param>
internal sealed record Upstream(UpstreamKind Kind, string Host, int Port, string? Username, string Password);

internal enum UpstreamKind
{
    Http,

    /// <summary>HTTP over TLS to the proxy itself.</summary>
    Https,

    /// <summary>SOCKS version 5; the proxy resolves names.</summary>
    Socks5,
}
