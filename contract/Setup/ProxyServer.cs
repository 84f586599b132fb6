namespace Steelyard.Contract.Setup;

/// <summary>The proxy that a session has asked for.</summary>
/// <param name="Kind">The protocol of the proxy.</param>
/// <param name="Host">Its name or address; IPv6 without brackets.</param>
/// <param name="Port">Its port.</param>
/// <param name="Username">The user name; null means no credentials.</param>
/// <param name="Password">The password; empty when none is given.</param>
internal sealed record ProxyServer(ProxyKind Kind, string Host, int Port, string? Username, string Password)
{
    /// <summary>The address in the form that a browser takes, without credentials.</summary>
    public string Address =>
        $"{Kind.ToString().ToLowerInvariant()}://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}";
}

internal enum ProxyKind
{
    Http,

    /// <summary>HTTP over TLS to the proxy itself.</summary>
    Https,

    /// <summary>SOCKS version 5; the proxy resolves names.</summary>
    Socks5,
}
