using Steelyard.Contract.Input;

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
        var url = WebAddress.Complete(text);
        var lower = url.ToLowerInvariant();
        if (lower == Blank || lower.StartsWith("data:", StringComparison.Ordinal))
            return url;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || (WebAddress.IsWeb(parsed) && parsed.Host.Length == 0))
            throw new BadMessageException("this is not an address: use one such as https://example.com/path");
        return WebAddress.IsWeb(parsed)
            ? url
            : throw new BadMessageException($"addresses with {parsed.Scheme}: cannot be opened here; use http, https, data or {Blank}");
    }
}
