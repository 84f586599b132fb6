namespace Steelyard.Contract.Input;

/// <summary>The address of a web page, as people write it.</summary>
internal static class WebAddress
{
    /// <summary>
    /// Returns the address of an http or https page, with <c>https://</c> in front if it has no scheme; null if it is none.
    /// </summary>
    public static string? Parse(string text)
    {
        var url = Complete(text.Trim());
        return Uri.TryCreate(url, UriKind.Absolute, out var uri) && IsWeb(uri) && uri.Host.Length > 0 ? url : null;
    }

    /// <summary>Puts <c>https://</c> in front of a text without a scheme.</summary>
    public static string Complete(string text) => HasScheme(text) ? text : "https://" + text;

    public static bool IsWeb(Uri url) => url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps;

    // "localhost:8080" has no scheme: a port follows the colon.
    private static bool HasScheme(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !Uri.CheckSchemeName(text[..colon]))
            return false;
        var isPort = colon + 1 < text.Length && char.IsAsciiDigit(text[colon + 1]);
        return !isPort || text.StartsWith("data:", StringComparison.OrdinalIgnoreCase);
    }
}
