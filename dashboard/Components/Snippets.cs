namespace Steelyard.Dashboard.Components;

/// <summary>How clients connect to a session.</summary>
internal static class Snippets
{
    private const string Key = "YOUR_KEY";

    public static readonly Snippet[] All =
    [
        new(
            "Playwright",
            "const browser = await chromium.connectOverCDP('WS/sessions/ID/cdpKEY');\n" +
            "const page = browser.contexts()[0].pages()[0];"),
        new(
            "Puppeteer",
            "const browser = await puppeteer.connect({ browserWSEndpoint: 'WS/sessions/ID/cdpKEY' });\n" +
            "const [page] = await browser.pages();"),
        new("Python", "browser = playwright.chromium.connect_over_cdp('WS/sessions/ID/cdpKEY')\npage = browser.contexts[0].pages[0]"),
        new("steel-sdk", "const steel = new Steel({ baseURL: 'HTTP'STEELKEY });\nconst session = await steel.sessions.retrieve('ID');"),
        new("curl", "curl 'HTTP/sessions/IDKEY'"),
    ];

    /// <summary>The address at which Chrome's own DevTools open a page of the session. Only a person can open it.</summary>
    /// <param name="page">Address of a page of the dashboard.</param>
    /// <param name="session">The session's id.</param>
    /// <param name="target">The page's id in its browser.</param>
    /// <param name="hasKey">The node needs a key.</param>
    public static string DevTools(Uri page, string session, string target, bool hasKey)
    {
        var key = hasKey ? Uri.EscapeDataString($"?apiKey={Key}") : "";
        var scheme = page.Scheme == "https" ? "wss" : "ws";
        return $"devtools://devtools/bundled/inspector.html?{scheme}={page.Authority}/sessions/{session}/devtools/page/{target}{key}";
    }

    /// <summary>The text for a client.</summary>
    /// <param name="name">Name of the client.</param>
    /// <param name="page">Address of a page of the dashboard.</param>
    /// <param name="session">The session's id.</param>
    /// <param name="hasKey">The node needs a key.</param>
    public static string For(string name, Uri page, string session, bool hasKey)
    {
        var host = page.Authority;
        return Array.Find(All, snippet => snippet.Name == name)!.Text
            .Replace("STEELKEY", hasKey ? $", steelAPIKey: '{Key}'" : "", StringComparison.Ordinal)
            .Replace("KEY", hasKey ? $"?apiKey={Key}" : "", StringComparison.Ordinal)
            .Replace("WS", (page.Scheme == "https" ? "wss://" : "ws://") + host, StringComparison.Ordinal)
            .Replace("HTTP", $"{page.Scheme}://{host}", StringComparison.Ordinal)
            .Replace("ID", session, StringComparison.Ordinal);
    }
}

/// <param name="Name">Name of the client.</param>
/// <param name="Text">Its text, with places for addresses.</param>
internal sealed record Snippet(string Name, string Text);
