using System.Globalization;
using System.Text;
using System.Text.Json;
using SteelBrowser.Chromium;
using SteelBrowser.DevTools;
using SteelBrowser.Http;

namespace SteelBrowser.Pages;

/// <summary>Makes a scrape, a screenshot or a PDF of a page. Throws like <see cref="OpenedPage"/>.</summary>
internal sealed class PageTools(PageFinder pages, TimeProvider time)
{
    // Limits of a screenshot's sides and area, in pixels: it crosses our pipe as base64, where an answer may have at most 64 MiB.
    private const double MaxSide = 16384;
    private const double MaxArea = 40_000_000;

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
            var script = ScrapeScript.For(request.Formats, page.State);
            var scraped = await page.Session.EvaluateAsync(script, limit.Token, within: ReadDeadline);
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
        var picture = await WatchAsync(
            page,
            async stop => await CaptureAsync(page.Session, request.FullPage ? await WholeAsync(page.Session, stop) : "", stop),
            deadline);
        return new(StatusCodes.Status200OK, "image/png", picture.GetBytesFromBase64()) { PageState = page.State };
    }

    public async Task<Reply> PrintAsync(Browser browser, PageRequest request, CancellationToken deadline)
    {
        using var page = await OpenAsync(browser, request, deadline);
        var printed = await WatchAsync(
            page,
            stop => page.Session.CallAsync("Page.printToPDF", """{"printBackground":true,"preferCSSPageSize":true}""", stop),
            deadline);
        return new(StatusCodes.Status200OK, "application/pdf", printed.GetProperty("data").GetBytesFromBase64()) { PageState = page.State };
    }

    /// <summary>Takes a screenshot. Returns a JSON string with the base64 of a PNG.</summary>
    /// <param name="page">The page.</param>
    /// <param name="more">Further members of the CDP parameters, each after a comma.</param>
    /// <param name="deadline">The deadline.</param>
    public static async Task<JsonElement> CaptureAsync(PageSession page, string more, CancellationToken deadline) =>
        (await page.CallAsync("Page.captureScreenshot", $$"""{"format":"png"{{more}}}""", deadline)).GetProperty("data");

    private Task<JsonElement> WatchAsync(OpenedPage page, Func<CancellationToken, Task<JsonElement>> work, CancellationToken deadline) =>
        PageWatch.RunAsync(page.Session, PageWatch.LongPatience, time, work, deadline);

    private Task<OpenedPage> OpenAsync(Browser browser, PageRequest request, CancellationToken deadline) =>
        OpenedPage.OpenAsync(pages, browser, request, time, deadline);

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
