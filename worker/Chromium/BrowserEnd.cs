namespace SteelBrowser.Chromium;

/// <summary>How a session lets go of a browser that neither died nor hung.</summary>
internal enum BrowserEnd
{
    /// <summary>The session has ended.</summary>
    Released,

    /// <summary>A setup needs another browser. The session goes on with it.</summary>
    Replaced,

    /// <summary>Its client has closed the browser, and the session with it.</summary>
    ClosedByClient,
}
