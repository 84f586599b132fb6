using System.Text.Json;
using SteelBrowser.DevTools;

namespace SteelBrowser.Live;

/// <summary>
/// The tabs of a browser, watched through a CDP session of our own with it: other clients notice nothing, and what is attached beneath that
/// session goes with it. One lock over the list.
/// </summary>
internal sealed class BrowserTabs(DevToolsPipe pipe, TimeProvider time)
{
    private const string Discover = """{"discover":true,"filter":[{"type":"page"}]}""";
    private static readonly TimeSpan RefreshPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RefreshDeadline = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly TabList tabs = new();
    private int refreshing;

    /// <summary>Something about the tabs is new. Raised by the pipe's reader, too: a handler must not block.</summary>
    public event Action? Changed;

    /// <summary>The page in this tab crashed. Raised as <see cref="Changed"/> is.</summary>
    public event Action<string>? Crashed;

    /// <summary>Our CDP session with the browser; null while nothing is watched.</summary>
    public string? Session { get; private set; }

    /// <summary>The ids of the tabs that are open, in the order they were opened.</summary>
    public IReadOnlyList<string> Open
    {
        get
        {
            lock (gate)
                return tabs.Ids();
        }
    }

    /// <summary>Begins; the tabs that are there are known when it returns. Throws as <see cref="DevToolsPipe.CallAsync"/> does; nothing runs then.</summary>
    public async Task WatchAsync(CancellationToken deadline)
    {
        var attached = await pipe.CallAsync("Target.attachToBrowserTarget", "{}", null, deadline);
        Session = attached.GetProperty("sessionId").GetString();
        pipe.Received += OnEvent;
        try
        {
            // The browser tells of the tabs that are there before it answers.
            await pipe.CallAsync("Target.setDiscoverTargets", Discover, Session, deadline);
        }
        catch
        {
            await ForgetAsync(deadline);
            throw;
        }
    }

    public async Task ForgetAsync(CancellationToken deadline)
    {
        pipe.Received -= OnEvent;
        await Quietly.CallAsync(pipe, "Target.detachFromTarget", $$"""{"sessionId":"{{Session}}"}""", null, deadline);
        Session = null;
        lock (gate)
            tabs.Clear();
    }

    /// <summary>Closes a tab, but never the last one: clients count on it. Throws <see cref="BadMessageException"/>, and as the pipe does.</summary>
    public async Task CloseAsync(string tab, CancellationToken deadline)
    {
        lock (gate)
        {
            if (tabs.Count == 1 && tabs.Contains(tab))
                throw new BadMessageException("the last tab stays open");
            if (!tabs.Remove(tab)) // At once: two viewers must not close the last two.
                throw NoSuchTab();
        }

        Changed?.Invoke();
        await CallAsync("Target.closeTarget", tab, deadline);
    }

    /// <summary>Brings a tab to the front. Throws as the pipe does.</summary>
    public Task ActivateAsync(string tab, CancellationToken deadline) => CallAsync("Target.activateTarget", tab, deadline);

    /// <summary>The message <c>tabs</c>.</summary>
    /// <param name="active">The tab its reader looks at.</param>
    public ReadOnlyMemory<byte> ToJson(string? active)
    {
        lock (gate)
            return tabs.ToJson(active);
    }

    public static BadMessageException NoSuchTab() => new("there is no such tab");

    private Task<JsonElement> CallAsync(string method, string tab, CancellationToken deadline) =>
        pipe.CallAsync(method, $$"""{"targetId":"{{JsonEncodedText.Encode(tab)}}"}""", Session, deadline);

    private void OnEvent(DevToolsEvent news)
    {
        if (Interlocked.Exchange(ref refreshing, 1) == 0)
            _ = RefreshAsync();
        if (news.Session != Session)
            return;
        if (news.Method == "Target.targetCrashed")
            Crashed?.Invoke(news.Parameters.GetProperty("targetId").GetString() ?? "");
        bool changed;
        lock (gate)
            changed = tabs.Apply(news);
        if (changed)
            Changed?.Invoke();
    }

    // The browser tells of a page's new address, but not of its new title. Whatever happens in it is a reason to ask, and while nothing
    // happens nobody asks.
    private async Task RefreshAsync()
    {
        await Task.Delay(RefreshPause, time);
        Volatile.Write(ref refreshing, 0);
        if (Session is not { } session)
            return;
        using var deadline = new CancellationTokenSource(RefreshDeadline, time);
        if (await Quietly.CallAsync(pipe, "Target.getTargets", "{}", session, deadline.Token) is not { } targets)
            return;
        bool changed;
        lock (gate)
            changed = tabs.Update(targets.GetProperty("targetInfos"));
        if (changed)
            Changed?.Invoke();
    }
}
