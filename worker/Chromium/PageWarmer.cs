using SteelBrowser.DevTools;

namespace SteelBrowser.Chromium;

/// <summary>
/// Brings the browser's only page to the end of a navigation. A client that gets a page while it is still being created can lose its first
/// navigation to the one in progress.
/// </summary>
internal static class PageWarmer
{
    public const string BlankPage = "about:blank";

    private const string WhenLoaded =
        "new Promise(done => document.readyState === 'complete' ? done() : addEventListener('load', () => done()))";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public static async Task WarmAsync(DevToolsPipe pipe, TimeProvider time, CancellationToken deadline)
    {
        var target = await WaitForPageAsync(pipe, time, deadline);
        var attached = await pipe.CallAsync("Target.attachToTarget", $$"""{"targetId":"{{target}}","flatten":true}""", null, deadline);
        var session = attached.GetProperty("sessionId").GetString();
        await pipe.CallAsync("Page.navigate", $$"""{"url":"{{BlankPage}}"}""", session, deadline);
        await pipe.CallAsync("Runtime.evaluate", $$"""{"expression":"{{WhenLoaded}}","awaitPromise":true}""", session, deadline);
        await pipe.CallAsync("Page.resetNavigationHistory", "{}", session, deadline);
        await pipe.CallAsync("Target.detachFromTarget", $$"""{"sessionId":"{{session}}"}""", null, deadline);
    }

    /// <summary>
    /// Waits for the browser's page and returns its id. The browser answers on the pipe a moment before it opens its first page.
    /// </summary>
    public static async Task<string> WaitForPageAsync(DevToolsPipe pipe, TimeProvider time, CancellationToken deadline)
    {
        while (true)
        {
            var targets = await pipe.CallAsync("Target.getTargets", "{}", null, deadline);
            foreach (var target in targets.GetProperty("targetInfos").EnumerateArray())
            {
                if (target.GetProperty("type").ValueEquals("page"u8))
                    return target.GetProperty("targetId").GetString() ?? "";
            }

            await Task.Delay(Pause, time, deadline);
        }
    }
}
