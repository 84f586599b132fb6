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
            var status = await page.GetReadyAsync(time, deadline);

            // Over plain HTTP the relay shows a page with the reason of a failure, which must not be taken for the site's.
            if (status == StatusCodes.Status502BadGateway && request.Url is { } opened && WhyUnreachable(browser, opened) is { } why)
                throw why;
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

    private static async Task LoadAsync(Browser browser, PageSession session, string url, TimeProvider time, CancellationToken deadline)
    {
        try
        {
            await PageLoad.OpenAsync(session, url, time, deadline);
        }
        catch (NavigationException) when (WhyUnreachable(browser, url) is { } why)
        {
            throw why;
        }
    }

    // The browser knows only that a connection failed. The relay knows why.
    private static NavigationException? WhyUnreachable(Browser browser, string url) =>
        browser.Relay?.Failures.WhyOf(url) is { } why ? new($"cannot navigate to {url}: {why}") : null;

    // Returns the HTTP status of the page; 0 when there is none.
    private async Task<int> GetReadyAsync(TimeProvider time, CancellationToken deadline)
    {
        const string script =
            "[document.readyState !== 'complete', performance.getEntriesByType('navigation')[0]?.responseStatus ?? 0]";
        if (!await Session.RespondsAsync(ReadyDeadline, time, deadline))
            throw new UnresponsivePageException(Session);
        var seen = await Session.EvaluateAsync(script, deadline);
        isLoading = seen[0].GetBoolean();
        return seen[1].GetInt32();
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
