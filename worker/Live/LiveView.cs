using System.Text.Json;
using Steelyard.Worker.Chromium;

namespace Steelyard.Worker.Live;

/// <summary>
/// Who looks at which tab of one browser. While nobody does, the browser is told nothing and tells nothing. What we attach to it are sessions of
/// our own beneath one of the browser's: other clients notice none of it, and detaching that one ends all.
/// The lock guards the fields; the turn lets one change of what is attached end before the next begins.
/// </summary>
internal sealed class LiveView(DevToolsPipe pipe, TimeProvider time)
{
    public const int MaxViewers = 32;

    private const string Discover = """{"discover":true,"filter":[{"type":"page"}]}""";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RefreshPause = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private readonly SemaphoreSlim turn = new(1);
    private readonly TabList tabs = new();
    private readonly Dictionary<Viewer, string?> viewers = [];
    private readonly Dictionary<string, Screencast> screencasts = [];
    private string? session;
    private int refreshing;

    public DevToolsPipe Pipe => pipe;

    /// <summary>Takes a place, which <see cref="LeaveAsync"/> gives back. False when all are taken.</summary>
    public bool TryEnter(Viewer viewer)
    {
        lock (gate)
            return viewers.Count < MaxViewers && viewers.TryAdd(viewer, null);
    }

    /// <summary>Shows the first picture as soon as there is one. Throws as <see cref="DevToolsPipe.CallAsync"/> does.</summary>
    /// <param name="viewer">One that has entered.</param>
    /// <param name="tab">The tab it wants to see; null for any.</param>
    public Task JoinAsync(Viewer viewer, string? tab) => InTurnAsync(async deadline =>
    {
        if (session is null)
            await WatchTabsAsync(deadline);
        string? shown;
        lock (gate)
            shown = tab is not null && tabs.Contains(tab) ? tab : tabs.First;
        if (tab is not null && tab != shown)
            viewer.Tell("the tab asked for is not open; this is another one");
        await ShowInTurnAsync(viewer, shown, deadline);
    });

    public async Task LeaveAsync(Viewer viewer)
    {
        string? tab;
        lock (gate)
            viewers.Remove(viewer, out tab);
        await InTurnAsync(deadline =>
        {
            if (tab is not null && screencasts.TryGetValue(tab, out var screencast))
                screencast.Remove(viewer);
            return SweepInTurnAsync(deadline);
        });
    }

    /// <summary>Shows another tab. Throws <see cref="BadMessageException"/>, and as <see cref="DevToolsPipe.CallAsync"/> does.</summary>
    public Task ShowAsync(Viewer viewer, string tab)
    {
        lock (gate)
        {
            if (!tabs.Contains(tab))
                throw NoSuchTab();
        }

        return InTurnAsync(deadline => ShowInTurnAsync(viewer, tab, deadline));
    }

    /// <summary>Opens an empty tab and shows it. Throws as <see cref="DevToolsPipe.CallAsync"/> does.</summary>
    public Task OpenAsync(Viewer viewer) => InTurnAsync(async deadline =>
    {
        var created = await pipe.CallAsync("Target.createTarget", """{"url":"about:blank"}""", session, deadline);
        await ShowInTurnAsync(viewer, created.GetProperty("targetId").GetString(), deadline);
    });

    /// <summary>Closes a tab, but never the last one: clients count on it. Throws as <see cref="ShowAsync"/> does.</summary>
    public Task CloseAsync(string tab)
    {
        lock (gate)
        {
            if (!tabs.Contains(tab))
                throw NoSuchTab();
            if (tabs.Count == 1)
                throw new BadMessageException("the last tab stays open");
            tabs.Remove(tab); // At once: two viewers must not close the last two.
        }

        return CallAsync("Target.closeTarget", tab);
    }

    /// <summary>Brings a tab to the front. Throws as <see cref="DevToolsPipe.CallAsync"/> does.</summary>
    public Task ActivateAsync(string tab) => CallAsync("Target.activateTarget", tab);

    /// <summary>The CDP session with the tab a viewer looks at, or null while it looks at none.</summary>
    public string? SessionOf(Viewer viewer)
    {
        lock (gate)
            return viewers.GetValueOrDefault(viewer) is { } tab && screencasts.TryGetValue(tab, out var screencast) ? screencast.Session : null;
    }

    public ReadOnlyMemory<byte> TabsFor(Viewer viewer)
    {
        lock (gate)
            return tabs.ToJson(viewers.GetValueOrDefault(viewer));
    }

    private static BadMessageException NoSuchTab() => new("there is no such tab");

    private async Task CallAsync(string method, string tab)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        await pipe.CallAsync(method, $$"""{"targetId":"{{JsonEncodedText.Encode(tab)}}"}""", session, deadline.Token);
    }

    // Whoever has the turn gives it back at its deadline, so that waiting for it needs none.
    private async Task InTurnAsync(Func<CancellationToken, Task> change)
    {
        await turn.WaitAsync();
        try
        {
            using var deadline = new CancellationTokenSource(Deadline, time);
            await change(deadline.Token);
        }
        finally
        {
            turn.Release();
        }
    }

    // The browser tells of the tabs that are there before it answers.
    private async Task WatchTabsAsync(CancellationToken deadline)
    {
        var attached = await pipe.CallAsync("Target.attachToBrowserTarget", "{}", null, deadline);
        session = attached.GetProperty("sessionId").GetString();
        pipe.Received += OnEvent;
        try
        {
            await pipe.CallAsync("Target.setDiscoverTargets", Discover, session, deadline);
        }
        catch
        {
            await ForgetTabsAsync(deadline);
            throw;
        }
    }

    private async Task ForgetTabsAsync(CancellationToken deadline)
    {
        pipe.Received -= OnEvent;
        await Quietly.CallAsync(pipe, "Target.detachFromTarget", $$"""{"sessionId":"{{session}}"}""", null, deadline);
        lock (gate)
        {
            session = null;
            tabs.Clear();
        }
    }

    private async Task ShowInTurnAsync(Viewer viewer, string? tab, CancellationToken deadline)
    {
        Screencast? before;
        lock (gate)
        {
            if (!viewers.TryGetValue(viewer, out var now) || now == tab)
                return;
            before = now is null ? null : screencasts.GetValueOrDefault(now);
            viewers[viewer] = null;
        }

        before?.Remove(viewer);
        if (tab is not null)
        {
            var screencast = await StartInTurnAsync(tab, deadline);
            bool isHere;
            lock (gate)
            {
                isHere = viewers.ContainsKey(viewer);
                if (isHere)
                    viewers[viewer] = tab;
            }

            // First the tabs, then the picture: a viewer has to know what it is of.
            viewer.TabsChanged();
            if (isHere)
                screencast.Add(viewer);
        }
        else
        {
            viewer.TabsChanged();
        }

        await SweepInTurnAsync(deadline);
    }

    private async Task<Screencast> StartInTurnAsync(string tab, CancellationToken deadline)
    {
        if (screencasts.TryGetValue(tab, out var running))
            return running;
        var started = await Screencast.StartAsync(pipe, tab, session!, time, deadline);
        lock (gate)
            screencasts.Add(tab, started);
        return started;
    }

    // Stops what nobody looks at any more.
    private async Task SweepInTurnAsync(CancellationToken deadline)
    {
        foreach (var (tab, screencast) in screencasts.Where(entry => !entry.Value.IsWatched).ToList())
        {
            lock (gate)
                screencasts.Remove(tab);
            await screencast.StopAsync(session!, deadline);
        }

        bool isEmpty;
        lock (gate)
            isEmpty = viewers.Count == 0;
        if (isEmpty && session is not null)
            await ForgetTabsAsync(deadline);
    }

    private void OnEvent(DevToolsEvent news)
    {
        if (Interlocked.Exchange(ref refreshing, 1) == 0)
            _ = RefreshAsync();
        if (news.Session != session)
            return;
        var crashed = news.Method == "Target.targetCrashed" ? news.Parameters.GetProperty("targetId").GetString() : null;
        bool someSeeNone;
        lock (gate)
        {
            var changed = tabs.Apply(news);
            foreach (var (viewer, tab) in viewers)
            {
                if (changed)
                    viewer.TabsChanged();
                if (crashed is not null && crashed == tab)
                    viewer.Tell("the page crashed; reload it");
            }

            someSeeNone = news.Method is "Target.targetCreated" or "Target.targetDestroyed" && viewers.Values.Any(IsClosedNeedsLock);
        }

        if (someSeeNone)
            _ = MoveAsync();
    }

    // The browser tells of a page's new address, but not of its new title. Whatever happens in it is a reason to ask, and while nothing
    // happens nobody asks.
    private async Task RefreshAsync()
    {
        await Task.Delay(RefreshPause, time);
        Volatile.Write(ref refreshing, 0);
        if (session is not { } ours)
            return;
        using var deadline = new CancellationTokenSource(Deadline, time);
        if (await Quietly.CallAsync(pipe, "Target.getTargets", "{}", ours, deadline.Token) is not { } targets)
            return;
        lock (gate)
        {
            if (tabs.Update(targets.GetProperty("targetInfos")))
            {
                foreach (var viewer in viewers.Keys)
                    viewer.TabsChanged();
            }
        }
    }

    private bool IsClosedNeedsLock(string? tab) => tab is null || !tabs.Contains(tab);

    // Whose tab has closed sees another one.
    private async Task MoveAsync()
    {
        List<Viewer> lost = [];
        try
        {
            await InTurnAsync(async deadline =>
            {
                string? tab;
                lock (gate)
                {
                    lost = [.. viewers.Where(entry => IsClosedNeedsLock(entry.Value)).Select(entry => entry.Key)];
                    tab = tabs.First;
                }

                foreach (var viewer in lost)
                    await ShowInTurnAsync(viewer, tab, deadline);
            });
        }
        catch (Exception e) when (e is DevToolsException or BrowserLostException or OperationCanceledException)
        {
            foreach (var viewer in lost)
                viewer.Tell("the tab has closed, and no other can be shown");
        }
    }
}
