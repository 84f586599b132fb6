using System.Buffers;
using System.Text;
using System.Text.Json;
using SteelBrowser.Chromium;
using SteelBrowser.DevTools;

namespace SteelBrowser.Pages;

/// <summary>A page that is ready for one call's work.</summary>
internal sealed class OpenedPage : IDisposable
{
    // A page may be busy with its own scripts before it answers.
    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(10);

    private readonly PageDialogs dialogs;
    private bool isLoading;

    private OpenedPage(PageSession session, PageDialogs dialogs) => (Session, this.dialogs) = (session, dialogs);

    public PageSession Session { get; }

    /// <summary>
    /// What the caller should know, as JSON: <c>loading</c> is true when parts of the page are still to come, and <c>dialogs</c> are those
    /// that the page showed and that were closed. Members without news are left out. Only ASCII.
    /// </summary>
    public string State
    {
        get
        {
            var buffer = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(buffer))
                Write(json);
            return Encoding.ASCII.GetString(buffer.WrittenSpan);
        }
    }

    /// <summary>
    /// Opens the address of a request, if it has one, in the page that was active last, and waits until the page is ready. Throws like
    /// <see cref="PageLoad"/>, and <see cref="UnresponsivePageException"/>.
    /// </summary>
    public static async Task<OpenedPage> OpenAsync(
        PageFinder pages, Browser browser, PageRequest request, TimeProvider time, CancellationToken deadline)
    {
        var session = await pages.AttachAsync(browser, deadline);
        OpenedPage? page = null;
        try
        {
            page = new(session, await PageDialogs.WatchAsync(session, time, deadline));
            if (request.Url is { } url)
                await LoadAsync(browser, session, url, time, deadline);
            await Task.Delay(request.Delay, time, deadline);
            await page.GetReadyAsync(time, deadline);
            if (request.Url is { } opened)
                await page.CheckIsOfSiteAsync(browser, opened, deadline);
            return page;
        }
        catch
        {
            page?.dialogs.Dispose();
            session.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        dialogs.Dispose();
        Session.Dispose();
    }

    // The browser knows only that a connection failed. The relay knows why.
    private static async Task LoadAsync(Browser browser, PageSession session, string url, TimeProvider time, CancellationToken deadline)
    {
        var failures = browser.Relay?.Failures;
        try
        {
            await PageLoad.OpenAsync(session, url, time, deadline);
        }
        catch (NavigationException) when (failures?.WhyOf(url) is not null)
        {
            throw new NavigationException($"cannot navigate to {url}: {failures.WhyOf(url)}");
        }
    }

    // Over plain HTTP the relay shows a page with the reason, which must not be taken for the site's.
    private async Task CheckIsOfSiteAsync(Browser browser, string url, CancellationToken deadline)
    {
        const string script = "performance.getEntriesByType('navigation')[0]?.responseStatus";
        var status = await Session.EvaluateAsync(script, deadline);
        if (status.ValueKind == JsonValueKind.Number
            && status.GetInt32() == StatusCodes.Status502BadGateway
            && browser.Relay?.Failures.WhyOf(url) is { } why)
            throw new NavigationException($"cannot navigate to {url}: {why}");
    }

    private async Task GetReadyAsync(TimeProvider time, CancellationToken deadline)
    {
        if (!await Session.RespondsAsync(ReadyDeadline, time, deadline))
            throw new UnresponsivePageException(Session);
        isLoading = (await Session.EvaluateAsync("document.readyState !== 'complete'", deadline)).ValueKind == JsonValueKind.True;
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (isLoading)
            json.WriteBoolean("loading"u8, true);
        if (dialogs.Closed is { Count: > 0 } closed)
        {
            json.WriteStartArray("dialogs"u8);
            foreach (var (type, message) in closed)
            {
                json.WriteStartObject();
                json.WriteString("type"u8, type);
                json.WriteString("message"u8, message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
