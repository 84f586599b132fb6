using System.Text.Json;
using SteelBrowser.DevTools;

namespace SteelBrowser.Pages;

/// <summary>
/// Opens an address in a page whose CDP domain Page is enabled.
/// <code>
///  navigate ─▶ first bytes ─▶ document parsed ─▶ all loaded
///  └──────── 30 s at most ────────────────────────┤
///                              └─── 10 s at most ─┘
/// </code>
/// Without the first bytes there is no page. What is missing at the end, such as an image that hangs, does not count.
/// </summary>
internal static class PageLoad
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RestDeadline = TimeSpan.FromSeconds(10);

    /// <summary>Throws <see cref="NavigationException"/> when the address cannot be opened, and like <see cref="PageSession"/>.</summary>
    public static async Task OpenAsync(PageSession page, string url, TimeProvider time, CancellationToken deadline)
    {
        var tree = (await page.CallAsync("Page.getFrameTree", "{}", deadline)).GetProperty("frameTree");
        var progress = new Progress(page.Target, tree.GetProperty("frame").GetProperty("loaderId").GetString());
        using var subscription = page.Listen(progress.OnEvent);
        using var timer = new CancellationTokenSource(Deadline, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, deadline);
        await page.CallAsync("Page.setLifecycleEventsEnabled", """{"enabled":true}""", deadline);
        if (!await NavigateAsync(page, url, deadline, limit.Token))
            return;
        try
        {
            await Task.WhenAny(progress.Parsed, progress.Loaded).WaitAsync(limit.Token);
            await progress.Loaded.WaitAsync(RestDeadline, time, limit.Token);
        }
        catch (TimeoutException)
        {
            // The document is there.
        }
        catch (OperationCanceledException) when (!deadline.IsCancellationRequested)
        {
            // At least its beginning is there.
        }

        page.Renew();
    }

    // Returns false when the document stays the same.
    private static async Task<bool> NavigateAsync(PageSession page, string url, CancellationToken deadline, CancellationToken limit)
    {
        try
        {
            var result = await page.CallAsync("Page.navigate", $$"""{"url":{{PageSession.Literal(url)}}}""", limit);
            if (result.TryGetProperty("isDownload", out var isDownload) && isDownload.GetBoolean())
                throw new NoPageException($"{url} is not a page but a download, such as a PDF: fetch it with a client of your own");
            if (result.TryGetProperty("errorText", out var error))
                throw new NavigationException($"cannot navigate to {url}: {error}");
            return result.TryGetProperty("loaderId", out _);
        }
        catch (OperationCanceledException) when (!deadline.IsCancellationRequested)
        {
            throw new NavigationException($"{url} did not answer within {Deadline.TotalSeconds} s");
        }
    }

    // Counts the events of any document after the current one: a page may redirect before it has loaded.
    private sealed class Progress(string frame, string? before)
    {
        private readonly TaskCompletionSource parsed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Parsed => parsed.Task;

        public Task Loaded => loaded.Task;

        public void OnEvent(string method, JsonElement parameters)
        {
            if (method != "Page.lifecycleEvent"
                || !parameters.GetProperty("frameId").ValueEquals(frame)
                || parameters.GetProperty("loaderId").ValueEquals(before))
                return;
            if (parameters.GetProperty("name").ValueEquals("DOMContentLoaded"u8))
                parsed.TrySetResult();
            else if (parameters.GetProperty("name").ValueEquals("load"u8))
                loaded.TrySetResult();
        }
    }
}

/// <summary>An address cannot be opened; the message says why.</summary>
internal sealed class NavigationException(string message) : Exception(message);

/// <summary>An address leads to something else than a page.</summary>
internal sealed class NoPageException(string message) : Exception(message);
