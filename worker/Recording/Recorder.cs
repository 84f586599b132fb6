using System.Collections.Concurrent;
using System.Text.Json;
using SteelBrowser.DevTools;

namespace SteelBrowser.Recording;

/// <summary>
/// Records what the session's browser does, over the worker's own DevTools connection, so that it works with every client. It must not
/// change what the client or the page sees: the domains Runtime, Page and Fetch stay disabled, and no target waits for it. So it takes
/// navigations from targets and from the network, and not from the page.
/// </summary>
internal sealed class Recorder : IAsyncDisposable
{
    // Targets do not wait for the recorder: their first requests may be missing.
    private const string Following = """{"autoAttach":true,"waitForDebuggerOnStart":false,"flatten":true}""";

    private const int MostPerSecond = 3000;
    private const int MostChangesPerSecond = 50;
    private const string NoBuffers = """{"maxTotalBufferSize":0,"maxResourceBufferSize":0,"maxPostDataSize":0}""";

    private static readonly TimeSpan AttachDeadline = TimeSpan.FromSeconds(5);

    private readonly DevToolsPipe pipe;
    private readonly TimeProvider time;

    // The CDP sessions of targets, with their page. Only the reader of the pipe uses it.
    private readonly Dictionary<string, RecordedPage> sessions = [];

    // What is known of each page.
    private readonly ConcurrentDictionary<string, JsonElement> pages = new();
    private volatile RecordedSession? current;
    private readonly Rate targets;
    private string? browser;
    private volatile string? failure;

    private Recorder(DevToolsPipe pipe, TimeProvider time) => (this.pipe, this.time, targets) = (pipe, time, new(time));

    /// <summary>
    /// Attaches to the browser. Does not wait for it. When a browser is attached to before its session begins, the session's first requests
    /// are recorded, too.
    /// </summary>
    /// <param name="pipe">The connection to the browser.</param>
    /// <param name="time">The clock.</param>
    public static Recorder Attach(DevToolsPipe pipe, TimeProvider time)
    {
        var recorder = new Recorder(pipe, time);
        pipe.Received += recorder.OnEvent;
        _ = recorder.AttachAsync();
        return recorder;
    }

    /// <summary>From now on, all is recorded.</summary>
    public void Begin(RecordedSession session)
    {
        current = session;
        foreach (var (_, page) in pages)
            session.OnPage("page.opened", page);
        if (failure is not null)
            session.Log.Add("recorder.failed", json => json.WriteString("why"u8, failure));
    }

    /// <summary>Detaches, and writes what is not yet written.</summary>
    public async ValueTask DisposeAsync()
    {
        pipe.Received -= OnEvent;
        if (Volatile.Read(ref browser) is { } session && !pipe.IsClosed)
            pipe.Post("Target.detachFromTarget", $$"""{"sessionId":"{{session}}"}""", null);
        if (current is { } recorded)
            await recorded.DisposeAsync();
    }

    private async Task AttachAsync()
    {
        using var deadline = new CancellationTokenSource(AttachDeadline, time);
        try
        {
            // In a session of its own: what is set here ends with it, and concerns no other user of the pipe.
            var attached = await pipe.CallAsync("Target.attachToBrowserTarget", "{}", null, deadline.Token);
            var session = attached.GetProperty("sessionId").GetString()!;
            Volatile.Write(ref browser, session);
            await pipe.CallAsync("Target.setDiscoverTargets", """{"discover":true}""", session, deadline.Token);
            await pipe.CallAsync("Target.setAutoAttach", Following, session, deadline.Token);
        }
        catch (Exception e) when (e is DevToolsException or BrowserLostException or OperationCanceledException)
        {
            failure = $"it cannot attach to the browser: {e.Message}";
            current?.Log.Add("recorder.failed", json => json.WriteString("why"u8, failure));
        }
    }

    // A browser is not trusted: what it sends may lack any field. Then this event is not recorded.
    private void OnEvent(DevToolsEvent e)
    {
        try
        {
            Take(e);
        }
        catch (Exception error) when (error is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            current?.Log.Add("recorder.failed", json => json.WriteString("why"u8, $"{e.Method}: {error.Message}"));
        }
    }

    private void Take(DevToolsEvent e)
    {
        if (e.Session is null)
            return;
        if (e.Method == "Target.attachedToTarget" && (e.Session == browser || sessions.ContainsKey(e.Session)))
            OnAttached(e);
        else if (e.Session == browser)
            OnTarget(e.Method, e.Parameters);
        else if (e.Method == "Target.detachedFromTarget")
            sessions.Remove(e.Parameters.GetProperty("sessionId").GetString()!);
        else if (sessions.TryGetValue(e.Session, out var page))
            OnPage(page, e);
    }

    private void OnAttached(DevToolsEvent e)
    {
        var info = e.Parameters.GetProperty("targetInfo");
        var session = e.Parameters.GetProperty("sessionId").GetString()!;
        if (info.GetProperty("type").GetString() is not ("page" or "iframe"))
        {
            pipe.Post("Target.detachFromTarget", $$"""{"sessionId":"{{session}}"}""", e.Session);
            return;
        }

        // A frame in a process of its own belongs to its page.
        sessions[session] = sessions.TryGetValue(e.Session!, out var parent)
            ? parent
            : new(info.GetProperty("targetId").GetString()!, new(time));
        pipe.Post("Network.enable", NoBuffers, session);
        pipe.Post("Log.enable", "{}", session);
        pipe.Post("Target.setAutoAttach", Following, session);
    }

    private void OnTarget(string method, JsonElement e)
    {
        switch (method)
        {
            case "Target.targetCreated" or "Target.targetInfoChanged" when Page(e) is { } info:
                var id = info.GetProperty("targetId").GetString()!;
                var before = pages.GetValueOrDefault(id);
                pages[id] = info;
                if (targets.Count() <= MostChangesPerSecond)
                    current?.OnPage(before.ValueKind == JsonValueKind.Undefined ? "page.opened" : "page.changed", info);
                if (before.ValueKind == JsonValueKind.Undefined || Url(before) != Url(info))
                    Resume(id);
                break;
            case "Target.targetDestroyed" when pages.TryRemove(e.GetProperty("targetId").GetString()!, out _):
                current?.Log.Add("page.closed", json => json.WriteString("page"u8, e.GetProperty("targetId").GetString()));
                break;
            case "Target.targetCrashed":
                current?.Log.Add("page.crashed", json =>
                {
                    json.WriteString("page"u8, e.GetProperty("targetId").GetString());
                    json.WriteString("status"u8, e.GetProperty("status").GetString());
                    json.WriteNumber("code"u8, e.GetProperty("errorCode").GetInt32());
                });
                break;
            case "Target.detachedFromTarget":
                sessions.Remove(e.GetProperty("sessionId").GetString()!);
                break;
        }
    }

    private void OnPage(RecordedPage page, DevToolsEvent e)
    {
        if (current is not { } recorded)
            return;
        if (page.Rate.Count() > MostPerSecond)
            Pause(page, recorded.Log);
        recorded.OnPage(page.Id, e);
    }

    // A page with thousands of requests in a second would be slowed down.
    private void Pause(RecordedPage page, EventLog log)
    {
        if (page.IsPaused)
            return;
        page.IsPaused = true;
        foreach (var (session, _) in sessions.Where(each => each.Value == page))
        {
            pipe.Post("Network.disable", "{}", session);
            pipe.Post("Log.disable", "{}", session);
        }

        log.Add("recorder.paused", json =>
        {
            json.WriteString("page"u8, page.Id);
            json.WriteString("why"u8, $"the page had more than {MostPerSecond} events within a second");
        });
    }

    private void Resume(string id)
    {
        foreach (var (session, page) in sessions.Where(each => each.Value.Id == id && each.Value.IsPaused).ToList())
        {
            pipe.Post("Network.enable", NoBuffers, session);
            pipe.Post("Log.enable", "{}", session);
            page.IsPaused = false;
        }
    }

    private static string? Url(JsonElement info) => info.GetProperty("url").GetString();

    private static JsonElement? Page(JsonElement e)
    {
        var info = e.GetProperty("targetInfo");
        return info.GetProperty("type").GetString() == "page" ? info : null;
    }
}
