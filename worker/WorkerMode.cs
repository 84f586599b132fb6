namespace SteelBrowser;

internal enum WorkerMode
{
    /// <summary>A real browser, a new one for every session.</summary>
    Chromium,

    /// <summary>Only the JSON of the session, without a browser.</summary>
    Simulated,
}
