namespace SteelBrowser.DevTools;

/// <summary>Ends work on a page that no longer responds, long before the deadline of the work.</summary>
internal static class PageWatch
{
    /// <summary>How long a page may stay silent while somebody waits for each step.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How long a page may be busy with a picture or a print of itself.</summary>
    public static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Returns the result of the work. Throws <see cref="UnresponsivePageException"/> when the page no longer responds; then the work has
    /// been cancelled and has ended.
    /// </summary>
    /// <param name="page">The page.</param>
    /// <param name="patience">How long the page may stay silent.</param>
    /// <param name="time">The clock.</param>
    /// <param name="work">Works with the page until its token is cancelled.</param>
    /// <param name="deadline">The deadline.</param>
    public static async Task<T> RunAsync<T>(
        PageSession page, TimeSpan patience, TimeProvider time, Func<CancellationToken, Task<T>> work, CancellationToken deadline)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline);
        var working = work(stop.Token);
        try
        {
            while (await Task.WhenAny(working, Task.Delay(Pause, time, stop.Token)) != working)
            {
                if (!await page.RespondsAsync(patience - Pause, time, stop.Token) && !working.IsCompleted)
                    throw new UnresponsivePageException(page);
            }

            return await working;
        }
        finally
        {
            await stop.CancelAsync();
            await working.ContinueWith(_ => { }, TaskContinuationOptions.ExecuteSynchronously);
        }
    }
}

/// <summary>A page does not answer the browser.</summary>
internal sealed class UnresponsivePageException(PageSession page) : Exception(
    "the page does not respond: a script runs without a break, or a dialog is open that the client does not answer. Answer the dialog " +
    $"(Page.handleJavaScriptDialog), or close the page with GET /sessions/SESSION/json/close/{page.Target}");
