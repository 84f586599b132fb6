using Steelyard.Settings;

namespace Steelyard.Http;

/// <summary>The address at which the client reaches this node.</summary>
/// <param name="IsSecure">Whether the address uses TLS.</param>
/// <param name="Authority">Host and port; a public URL's path stays at its end.</param>
public readonly record struct PublicAddress(bool IsSecure, string Authority)
{
    /// <summary>The origin for WebSockets, such as <c>ws://localhost:8080</c>.</summary>
    public string WebSocketOrigin => (IsSecure ? "wss://" : "ws://") + Authority;

    /// <summary>The origin for HTTP, such as <c>http://localhost:8080</c>.</summary>
    public string HttpOrigin => (IsSecure ? "https://" : "http://") + Authority;

    /// <summary>
    /// Returns <c>--public-url</c> if it is set, else the address that the request was sent to: this node's, or that of a trusted proxy in
    /// front of it.
    /// </summary>
    public static PublicAddress Of(HttpRequest request, Options options) => options.PublicUrl is { } url
        ? new(url.Scheme == "https", url.Authority + url.AbsolutePath.TrimEnd('/'))
        : new(request.IsHttps, request.Host.Value ?? "");
}
