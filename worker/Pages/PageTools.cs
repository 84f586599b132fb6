using System.Globalization;
using System.Text;
using System.Text.Json;
using SteelBrowser.Chromium;
using SteelBrowser.DevTools;
using SteelBrowser.Http;

namespace SteelBrowser.Pages;

/// <summary>Makes a scrape, a screenshot or a PDF of a page. Throws like <see cref="PageSession"/>.</summary>
internal sealed class PageTools(PageFinder pages, TimeProvider time)
{
    // Limits of a screenshot's sides and area, in pixels: it crosses our pipe as base64, where an answer may have at most 64 MiB.
    private const double MaxSide = 16384;
    private const double MaxArea = 40_000_000;
    private static readonly TimeSpan LoadDeadline = TimeSpan.FromSeconds(30);

    // The time to turn a page into text. The largest page that is accepted needs some seconds. A page that is built to need more time does
    // not get it.
    private static readonly TimeSpan ReadDeadline = TimeSpan.FromSeconds(30);

    public async Task<Reply> ScrapeAsync(Browser browser, PageRequest request, CancellationToken deadline)
    {
        using var page = await OpenAsync(browser, request, deadline);
        using var timer = new CancellationTokenSource(ReadDeadline, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, deadline);
        try
        {
            var scraped = await page.EvaluateAsync(ScrapeScript.For(request.Formats), limit.Token, within: ReadDeadline);
            return Reply.Json(StatusCodes.Status200OK, Encoding.UTF8.GetBytes(scraped.GetString() ?? "{}"));
        }
        catch (OperationCanceledException) when (!deadline.IsCancellationRequested)
        {
            throw new ScriptException(
                $"the page could not be turned into {string.Join(", ", request.Formats)} within {ReadDeadline.TotalSeconds} s");
        }
    }

    public async Task<Reply> ScreenshotAsync(Browser browser, PageRequest request, CancellationToken deadline)
    {
        using var page = await OpenAsync(browser, request, deadline);
        var picture = await CaptureAsync(page, request.FullPage ? await WholeAsync(page, deadline) : "", deadline);
        return new(StatusCodes.Status200OK, "image/png", picture.GetBytesFromBase64());
    }

    public async Task<Reply> PrintAsync(Browser browser, PageRequest request, CancellationToken deadline)
    {
        using var page = await OpenAsync(browser, request, deadline);
        var printed = await page.CallAsync("Page.printToPDF", """{"printBackground":true,"preferCSSPageSize":true}""", deadline);
        return new(StatusCodes.Status200OK, "application/pdf", printed.GetProperty("data").GetBytesFromBase64());
    }

    /// <summary>Takes a screenshot. Returns a JSON string with the base64 of a PNG.</summary>
    /// <param name="page">The page.</param>
    /// <param name="more">Further members of the CDP parameters, each after a comma.</param>
    /// <param name="deadline">The deadline.</param>
    public static async Task<JsonElement> CaptureAsync(PageSession page, string more, CancellationToken deadline) =>
        (await page.CallAsync("Page.captureScreenshot", $$"""{"format":"png"{{more}}}""", deadline)).GetProperty("data");

    private async Task<PageSession> OpenAsync(Browser browser, PageRequest request, CancellationToken deadline)
    {
        var page = await pages.AttachAsync(browser, deadline);
        try
        {
            if (request.Url is { } url)
                await NavigateAsync(page, url, deadline);
            await Task.Delay(request.Delay, time, deadline);
            return page;
        }
        catch
        {
            page.Dispose();
            throw;
        }
    }

    private async Task NavigateAsync(PageSession page, string url, CancellationToken deadline)
    {
        using var timer = new CancellationTokenSource(LoadDeadline, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, deadline);
        try
        {
            await page.NavigateAsync(url, limit.Token);
        }
        catch (OperationCanceledException) when (!deadline.IsCancellationRequested)
        {
            throw new NavigationException($"{url} did not load within {LoadDeadline.TotalSeconds} s");
        }
    }

    private static async Task<string> WholeAsync(PageSession page, CancellationToken deadline)
    {
        var size = (await page.CallAsync("Page.getLayoutMetrics", "{}", deadline)).GetProperty("cssContentSize");
        var width = Math.Clamp(size.GetProperty("width").GetDouble(), 1, MaxSide);
        var height = Math.Clamp(size.GetProperty("height").GetDouble(), 1, Math.Min(MaxSide, Math.Max(1, MaxArea / width)));
        return string.Create(
            CultureInfo.InvariantCulture,
            $$""","captureBeyondViewport":true,"clip":{"x":0,"y":0,"width":{{width}},"height":{{height}},"scale":1}""");
    }
}
