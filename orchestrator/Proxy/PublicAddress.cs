namespace Steelyard.Proxy;

/// <summary>The address under which the client reaches us.</summary>
/// <param name="WebSocketOrigin">Such as <c>ws://localhost:8080</c>; a public URL's path stays at its end.</param>
public readonly record struct PublicAddress(string WebSocketOrigin)
{
    /// <summary><c>--public-url</c> if given, else what the request itself was sent to.</summary>
    public static PublicAddress Of(HttpRequest request, Options options)
    {
        if (options.PublicUrl is { } url)
            return new((url.Scheme == "https" ? "wss://" : "ws://") + url.Authority + url.AbsolutePath.TrimEnd('/'));
        return new((request.IsHttps ? "wss://" : "ws://") + request.Host.Value);
    }
}
