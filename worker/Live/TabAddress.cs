namespace SteelBrowser.Live;

/// <summary>Parses what a viewer types into the address bar.</summary>
internal static class TabAddress
{
    private const string Blank = "about:blank";

    /// <summary>
    /// Returns the URL to open. Only http, https, data and about:blank are allowed, because other schemes read this machine's files
    /// (file:) or run in the current page (javascript:). An address without a scheme is read as https. Throws
    /// <see cref="BadMessageException"/>.
    /// </summary>
    public static string Parse(string typed)
    {
        var text = typed.Trim();
        if (text.Length == 0)
            throw new BadMessageException("the address is empty");
        var url = HasScheme(text) ? text : "https://" + text;
        var lower = url.ToLowerInvariant();
        if (lower == Blank || lower.StartsWith("data:", StringComparison.Ordinal))
            return url;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || (IsWeb(parsed) && parsed.Host.Length == 0))
            throw new BadMessageException("this is not an address: use one such as https://example.com/path");
        return IsWeb(parsed)
            ? url
            : throw new BadMessageException($"addresses with {parsed.Scheme}: cannot be opened here; use http, https, data or {Blank}");
    }

    // "localhost:8080" has no scheme: a port follows the colon.
    private static bool HasScheme(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !Uri.CheckSchemeName(text[..colon]))
            return false;
        var isPort = colon + 1 < text.Length && char.IsAsciiDigit(text[colon + 1]);
        return !isPort || text.StartsWith("data:", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsWeb(Uri url) => url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps;
}
