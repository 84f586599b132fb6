using System.Text.Json;
using SteelBrowser.DevTools;

namespace SteelBrowser.Pages;

/// <summary>
/// Closes the dialogs of a page that nobody else answers, and remembers them. A dialog stops its page until it is answered. While this
/// object lives, the CDP domain Page is enabled in our session, so every dialog of the page waits for an answer: of a client, or ours.
/// </summary>
internal sealed class PageDialogs : IDisposable
{
    private const int MaxRemembered = 5;
    private const int MaxMessage = 200;

    // A client of the session that answers dialogs has this long to do so.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly List<ClosedDialog> closed = [];
    private readonly PageSession page;
    private readonly TimeProvider time;
    private readonly IDisposable subscription;
    private int opened;
    private bool isOpen;

    private PageDialogs(PageSession page, TimeProvider time)
    {
        (this.page, this.time) = (page, time);
        subscription = page.Listen(OnEvent);
    }

    /// <summary>The dialogs that were closed, the first ones only.</summary>
    public IReadOnlyList<ClosedDialog> Closed
    {
        get
        {
            lock (gate)
                return [.. closed];
        }
    }

    /// <summary>Starts. Throws like <see cref="PageSession"/>, and <see cref="UnresponsivePageException"/>.</summary>
    public static async Task<PageDialogs> WatchAsync(PageSession page, TimeProvider time, CancellationToken deadline)
    {
        var dialogs = new PageDialogs(page, time);
        using var timer = new CancellationTokenSource(PageWatch.Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, deadline);
        try
        {
            await page.CallAsync("Page.enable", "{}", limit.Token);
            return dialogs;
        }
        catch (Exception e)
        {
            dialogs.Dispose();
            if (e is OperationCanceledException && !deadline.IsCancellationRequested)
                throw new UnresponsivePageException(page);
            throw;
        }
    }

    public void Dispose() => subscription.Dispose();

    private void OnEvent(string method, JsonElement parameters)
    {
        if (method == "Page.javascriptDialogClosed")
        {
            lock (gate)
                isOpen = false;
        }
        else if (method == "Page.javascriptDialogOpening")
        {
            var message = parameters.GetProperty("message").GetString() ?? "";
            var dialog = new ClosedDialog(
                parameters.GetProperty("type").GetString() ?? "", message.Length > MaxMessage ? message[..MaxMessage] : message);
            int number;
            lock (gate)
            {
                isOpen = true;
                number = ++opened;
            }

            _ = CloseAsync(dialog, number);
        }
    }

    // The question whether to leave a page is answered with yes, and any other with no.
    private async Task CloseAsync(ClosedDialog dialog, int number)
    {
        await Task.Delay(Patience, time);
        lock (gate)
        {
            if (!isOpen || number != opened)
                return;
            if (closed.Count < MaxRemembered)
                closed.Add(dialog);
        }

        page.Post("Page.handleJavaScriptDialog", dialog.Type == "beforeunload" ? """{"accept":true}""" : """{"accept":false}""");
    }
}

/// <summary>A dialog that was closed without a client's answer.</summary>
/// <param name="Type"><c>alert</c>, <c>confirm</c>, <c>prompt</c> or <c>beforeunload</c>.</param>
/// <param name="Message">Its text, which the page chooses; the beginning of a long one.</param>
internal readonly record struct ClosedDialog(string Type, string Message);
