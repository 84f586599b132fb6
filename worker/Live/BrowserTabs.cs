using System.Text.Json;
using SteelBrowser.DevTools;

namespace SteelBrowser.Live;

/// <summary>
/// The tabs of a browser, watched through our own CDP session with the browser. Other clients notice nothing, and everything that is
/// attached below this session ends with it. A lock guards the list.
/// </summary>
internal sealed class BrowserTabs(DevToolsPipe pipe, TimeProvider time)
{
    private const string Discover = """{"discover":true,"filter":[{"type":"page"}]}""";
    private static readonly TimeSpan RefreshPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RefreshDeadline = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly TabList tabs = new();
    private int refreshing;

    /// <summary>The tabs have changed. The pipe's reader also raises this event, so a handler must not block.</summary>
    public event Action? Changed;

    /// <summary>The page in this tab has crashed. Raised like <see cref="Changed"/>.</summary>
    public event Action<string>? Crashed;

    /// <summary>Our CDP session with the browser; null while the tabs are not watched.</summary>
    public string? Session { get; private set; }

    /// <summary>The ids of the open tabs, in the order they were opened.</summary>
    public IReadOnlyList<string> Open
    {
        get
        {
            lock (gate)
                return tabs.Ids();
        }
    }

    /// <summary>
    /// Starts to watch the tabs. The existing ones are known when it returns. Throws like <see cref="DevToolsPipe.CallAsync"/>; then
    /// nothing is watched.
    /// </summary>
    public async Task WatchAsync(CancellationToken deadline)
    {
        var attached = await pipe.CallAsync("Target.attachToBrowserTarget", "{}", null, deadline);
        Session = attached.GetProperty("sessionId").GetString();
        pipe.Received += OnEvent;
        try
        {
            // The browser reports the existing tabs before it answers this call.
            await pipe.CallAsync("Target.setDiscoverTargets", Discover, Session, deadline);
        }
        catch
        {
            await ForgetAsync(deadline);
            throw;
        }
    }

    /// <summary>Notes whether a tab's page responds.</summary>
    public void SetResponds(string tab, bool responds)
    {
        bool changed;
        lock (gate)
            changed = tabs.SetResponds(tab, responds);
        if (changed)
            Changed?.Invoke();
    }

    public async Task ForgetAsync(CancellationToken deadline)
    {
        pipe.Received -= OnEvent;
        await Quietly.CallAsync(pipe, "Target.detachFromTarget", $$"""{"sessionId":"{{Session}}"}""", null, deadline);
        Session = null;
        lock (gate)
            tabs.Clear();
    }

    /// <summary>
    /// Closes a tab, but never the last one, because clients rely on it. Throws <see cref="BadMessageException"/> for the last tab and
    /// for an unknown one, and like the pipe.
    /// </summary>
    public async Task CloseAsync(string tab, CancellationToken deadline)
    {
        lock (gate)
        {
            if (tabs.Count == 1 && tabs.Contains(tab))
                throw new BadMessageException("the last tab cannot be closed");
            if (!tabs.Remove(tab)) // Before the call: two viewers must not close the last two tabs.
                throw NoSuchTab();
        }

        Changed?.Invoke();
        await CallAsync("Target.closeTarget", tab, deadline);
    }

    /// <summary>Brings a tab to the front. Throws like the pipe.</summary>
    public Task ActivateAsync(string tab, CancellationToken deadline) => CallAsync("Target.activateTarget", tab, deadline);

    /// <summary>The message <c>tabs</c> as JSON.</summary>
    /// <param name="active">The tab that the receiver looks at; null for none.</param>
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

    // The browser reports a page's new address, but not its new title. So every event is a reason to ask, and without events there is no
    // reason.
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
