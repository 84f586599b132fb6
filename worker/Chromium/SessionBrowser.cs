using SteelBrowser.DevTools;

namespace SteelBrowser.Chromium;

/// <summary>The browser of the present session.</summary>
/// <param name="Pipe">Our CDP connection to it.</param>
/// <param name="Ended">
/// Completes when it is no longer the session's; is cancelled when the worker stops first, and fails with <see cref="BrowserLostException"/> when it
/// dies or hangs.
/// </param>
internal sealed record SessionBrowser(DevToolsPipe Pipe, Task<BrowserEnd> Ended);
