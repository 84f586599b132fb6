namespace SteelBrowser.Chromium;

/// <summary>Why a session no longer uses a browser that has neither died nor hung.</summary>
internal enum BrowserEnd
{
    /// <summary>The session has ended.</summary>
    Released,

    /// <summary>A setup needs another browser. The session continues with the new one.</summary>
    Replaced,

    /// <summary>The client has closed the browser, which ends the session.</summary>
    ClosedByClient,
}
