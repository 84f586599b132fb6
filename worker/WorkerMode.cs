namespace SteelBrowser;

internal enum WorkerMode
{
    /// <summary>A real browser, fresh for every session.</summary>
    Chromium,

    /// <summary>Holds the session's JSON and nothing else.</summary>
    Simulated,
}
