using SteelBrowser.Chromium;
using SteelBrowser.DevTools;
using Steelyard.Contract.Input;
using Steelyard.Contract.Setup;

namespace SteelBrowser.Setup;

/// <summary>Gives a session the browser that it asks for. A second setup replaces the whole first one.</summary>
internal sealed class SessionSetup(ChromiumHost host)
{
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>
    /// Returns true when all options have taken effect, and false when the session has ended in the meantime. Throws
    /// <see cref="BadInputException"/> for a value that the browser does not accept.
    /// </summary>
    public async Task<bool> RunAsync(string id, SessionOptions options, CancellationToken deadline)
    {
        await turn.WaitAsync(deadline);
        try
        {
            if (!host.TryFind(id, out var browser) || browser is null)
                return false;
            await CheckNamesAsync(browser, options, deadline);
            if (options.NeedsLaunch || browser.IsSetUp)
                browser = await host.RelaunchAsync(id, await LaunchAsync(browser, options, deadline), deadline);
            if (browser is null)
                return false;
            browser.IsSetUp = true;
            await ApplyAsync(browser, options, deadline);
            return true;
        }
        finally
        {
            turn.Release();
        }
    }

    // Only the browser knows which names it supports, and later it would silently use another name instead.
    private static async Task CheckNamesAsync(Browser browser, SessionOptions options, CancellationToken deadline)
    {
        if (options.TimeZone is null && options.Locale is null)
            return;
        using var page = await PageSession.AttachAsync(
            browser.Pipe, await PageWarmer.WaitForPageAsync(browser.Pipe, browser.Time, deadline), deadline);
        await CheckAsync(page, options.TimeZone, "timezone", "timeZone", deadline);
        await CheckAsync(page, options.Locale, "locale", "locale", deadline);
    }

    private static async Task CheckAsync(PageSession page, string? name, string field, string member, CancellationToken deadline)
    {
        if (name is null)
            return;
        var known = member == "timeZone"
            ? $"new Intl.DateTimeFormat('en', {{timeZone: '{name}'}})"
            : $"Intl.getCanonicalLocales('{name}')";
        try
        {
            await page.EvaluateAsync($"({known}, true)", deadline);
        }
        catch (ScriptException)
        {
            throw new BadInputException($"the browser does not support the {field} {name}", field);
        }
    }

    private static async Task<LaunchOptions> LaunchAsync(Browser browser, SessionOptions options, CancellationToken deadline)
    {
        var arguments = new List<string>();
        if ((options.IsMobile ? options.Dimensions ?? Dimensions.Mobile : options.Dimensions) is { } size)
            arguments.Add($"--window-size={size.Width},{size.Height}");
        if (options.UserAgent is { } userAgent)
            arguments.Add($"--user-agent={userAgent}");
        else if (options.IsMobile)
            arguments.Add($"--user-agent={MobileDevice.UserAgent(await ProductAsync(browser, deadline))}");

        // A page may check for touch in its first line of script. In a new process, the emulation can be too late for that.
        if (options.IsMobile)
            arguments.Add("--touch-events=enabled");
        if (options.Locale is { } locale)
            arguments.AddRange([$"--lang={locale}", $"--accept-lang={Languages(locale)}"]);
        return new(arguments, options.TimeZone, options.Proxy);
    }

    private static async Task<string> ProductAsync(Browser browser, CancellationToken deadline) =>
        (await browser.Pipe.CallAsync("Browser.getVersion", "{}", null, deadline)).GetProperty("product").GetString() ?? "";

    // Someone who reads de-DE reads any German.
    private static string Languages(string locale) =>
        locale.Split('-')[0] is var language && language != locale ? $"{locale},{language}" : locale;

    // Storage comes before the block rules, which would interfere with it. At the end, the page is warmed again.
    private static async Task ApplyAsync(Browser browser, SessionOptions options, CancellationToken deadline)
    {
        var pipe = browser.Pipe;
        if (options.IsMobile || options.Locale is not null)
            await new PageEmulator(pipe, options).StartAsync(deadline);
        if (options.Context.Cookies.Count > 0)
            await SetCookiesAsync(pipe, options, deadline);
        if (options.Context.Origins.Count > 0)
        {
            using var page = await PageSession.AttachAsync(pipe, await PageWarmer.WaitForPageAsync(pipe, browser.Time, deadline), deadline);
            await new StorageSeeder(pipe, page, browser.Time).SeedAsync(options.Context.Origins, deadline);
        }

        if (!options.Block.IsNothing)
            await new RequestBlocker(pipe, new(options.Block)).StartAsync(deadline);
        await PageWarmer.WarmAsync(pipe, browser.Time, deadline);
    }

    private static async Task SetCookiesAsync(DevToolsPipe pipe, SessionOptions options, CancellationToken deadline)
    {
        try
        {
            await pipe.CallAsync("Storage.setCookies", $$"""{"cookies":[{{string.Join(',', options.Context.Cookies)}}]}""", null, deadline);
        }
        catch (DevToolsException e)
        {
            throw new BadInputException(e.Message, "context.cookies");
        }
    }
}
