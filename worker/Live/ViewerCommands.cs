using System.Text.Json;
using SteelBrowser.DevTools;

namespace SteelBrowser.Live;

/// <summary>Carries out the messages of one viewer, in the order of their arrival.</summary>
internal sealed class ViewerCommands(LiveView view, Viewer viewer, bool interactive, TimeProvider time)
{
    private const int MaxUnderWay = 16;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LoadDeadline = TimeSpan.FromSeconds(15);

    // A page that shows a dialog answers nothing until the dialog is closed. The input that closes it must not wait for those answers.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private int underWay;
    private string lastType = "";
    private Task last = Task.CompletedTask;

    /// <summary>Returns when the next message may follow. Failures are reported to the viewer.</summary>
    public async Task HandleAsync(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            var message = ViewerMessage.Parse(utf8);
            var type = message.Type;
            if (!interactive && type != "tab")
                return;

            // Another move follows, so a busy page gets fewer of them.
            if (IsFull && type == "mouse" && message.OptionalText("event") == "move")
                return;

            // The browser keeps events of one kind in order, but one kind can overtake another: a key could overtake the click before it.
            if (IsFull || type != lastType)
                await Task.WhenAny(last, Task.Delay(lastType is "tab" or "newTab" ? Deadline : Patience, time));
            if (IsFull)
                throw new BadMessageException("the page does not respond; this message was discarded");
            lastType = type;
            last = DoAsync(type, message);
        }
        catch (BadMessageException e)
        {
            viewer.Tell(e.Message);
        }
    }

    private bool IsFull => Volatile.Read(ref underWay) >= MaxUnderWay;

    private async Task DoAsync(string type, ViewerMessage message)
    {
        Interlocked.Increment(ref underWay);
        try
        {
            await (type switch
            {
                "mouse" => CallAsync("Input.dispatchMouseEvent", InputEvents.Mouse(message)),
                "key" => CallAsync("Input.dispatchKeyEvent", InputEvents.Key(message)),
                "text" => CallAsync("Input.insertText", InputEvents.Insert(message)),
                "navigate" => NavigateAsync(TabAddress.Parse(message.Text("url"))),
                "back" => StepAsync(-1),
                "forward" => StepAsync(1),
                "reload" => CallAsync("Page.reload", "{}"),
                "tab" => view.ShowAsync(viewer, message.Text("id"), bringToFront: interactive),
                "newTab" => view.OpenAsync(viewer),
                "closeTab" => view.CloseAsync(message.Text("id")),
                _ => throw new BadMessageException("'type' is not a message that a viewer may send"),
            });
        }
        catch (Exception e) when (e is BadMessageException or DevToolsException)
        {
            viewer.Tell(e.Message);
        }
        catch (OperationCanceledException)
        {
            viewer.Tell("the page did not respond in time");
        }
        catch (BrowserLostException)
        {
            // The session ends with its browser, and the viewer is told about that end.
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
        }
    }

    private async Task NavigateAsync(string url)
    {
        var result = await CallAsync("Page.navigate", $$"""{"url":"{{JsonEncodedText.Encode(url)}}"}""", LoadDeadline);
        if (result.TryGetProperty("errorText", out var error) && !error.ValueEquals("net::ERR_ABORTED"u8))
            viewer.Tell($"the page cannot be opened: {error.GetString()}");
    }

    private async Task StepAsync(int by)
    {
        var history = await CallAsync("Page.getNavigationHistory", "{}");
        var index = history.GetProperty("currentIndex").GetInt32() + by;
        var entries = history.GetProperty("entries");
        if (index >= 0 && index < entries.GetArrayLength())
            await CallAsync("Page.navigateToHistoryEntry", $$"""{"entryId":{{entries[index].GetProperty("id").GetInt32()}}}""");
    }

    private async Task<JsonElement> CallAsync(string method, string parameters, TimeSpan? within = null)
    {
        var session = view.SessionOf(viewer) ?? throw new BadMessageException("there is no tab to act on");
        using var deadline = new CancellationTokenSource(within ?? Deadline, time);
        return await view.Pipe.CallAsync(method, parameters, session, deadline.Token);
    }
}
