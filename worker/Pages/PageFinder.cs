using System.Text.Json;
using SteelBrowser.Chromium;
using SteelBrowser.DevTools;
using SteelBrowser.Http;

namespace SteelBrowser.Pages;

/// <summary>Finds the page that a call acts on.</summary>
internal sealed class PageFinder : IDisposable
{
    private readonly DiscoveryClient discovery = new();

    /// <summary>
    /// Attaches to the page that DevTools lists first. This is the browser's own order: the last active page first. Opens a page when
    /// there is none.
    /// </summary>
    public async Task<PageSession> AttachAsync(Browser browser, CancellationToken deadline)
    {
        if (await discovery.AskAsync(browser.Port, "GET", "/json/list", deadline) is not { } list)
            throw new DevToolsException("/json/list", "no answer");
        return await PageSession.AttachAsync(browser.Pipe, First(list) ?? await CreateAsync(browser.Pipe, deadline), deadline);
    }

    public void Dispose() => discovery.Dispose();

    private static string? First(Reply list)
    {
        using var targets = JsonDocument.Parse(list.Body);
        var pages = targets.RootElement.EnumerateArray().Where(target => target.GetProperty("type").ValueEquals("page"u8));
        return pages.Select(page => page.GetProperty("id").GetString()).FirstOrDefault();
    }

    private static async Task<string> CreateAsync(DevToolsPipe pipe, CancellationToken deadline)
    {
        var created = await pipe.CallAsync("Target.createTarget", $$"""{"url":"{{PageWarmer.BlankPage}}"}""", null, deadline);
        return created.GetProperty("targetId").GetString() ?? "";
    }
}
