using Steelyard.Settings;

namespace Steelyard.Http;

/// <summary>The address under which the client reaches us.</summary>
/// <param name="IsSecure">It speaks TLS.</param>
/// <param name="Authority">Host and port; a public URL's path stays at its end.</param>
public readonly record struct PublicAddress(bool IsSecure, string Authority)
{
    /// <summary>Such as <c>ws://localhost:8080</c>.</summary>
    public string WebSocketOrigin => (IsSecure ? "wss://" : "ws://") + Authority;

    /// <summary>Such as <c>http://localhost:8080</c>.</summary>
    public string HttpOrigin => (IsSecure ? "https://" : "http://") + Authority;

    /// <summary><c>--public-url</c> if given, else what the request itself was sent to: to us, or to a trusted proxy before us.</summary>
    public static PublicAddress Of(HttpRequest request, Options options) => options.PublicUrl is { } url
        ? new(url.Scheme == "https", url.Authority + url.AbsolutePath.TrimEnd('/'))
        : new(request.IsHttps, request.Host.Value ?? "");
}
