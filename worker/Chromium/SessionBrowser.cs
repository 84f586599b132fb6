using SteelBrowser.DevTools;

namespace SteelBrowser.Chromium;

/// <summary>The browser of the current session.</summary>
/// <param name="Pipe">The worker's CDP connection to the browser.</param>
/// <param name="Ended">
/// Completes when the session no longer uses the browser. Is cancelled when the worker stops first, and fails with
/// <see cref="BrowserLostException"/> when the browser dies or hangs.
/// </param>
internal sealed record SessionBrowser(DevToolsPipe Pipe, Task<BrowserEnd> Ended);
