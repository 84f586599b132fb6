using SteelBrowser.DevTools;

namespace SteelBrowser.Live;

/// <summary>
/// Tracks which viewer looks at which tab of one browser. Without viewers there is no traffic with the browser. The lock guards the
/// fields. The turn serializes changes of the attached CDP sessions: one change ends before the next begins.
/// </summary>
internal sealed class LiveView
{
    public const int MaxViewers = 32;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly SemaphoreSlim turn = new(1);
    private readonly Dictionary<Viewer, string?> viewers = [];
    private readonly Dictionary<string, Screencast> screencasts = [];
    private readonly TimeProvider time;
    private readonly BrowserTabs tabs;

    public LiveView(DevToolsPipe pipe, TimeProvider time)
    {
        this.time = time;
        Pipe = pipe;
        tabs = new(pipe, time);
        tabs.Changed += OnTabsChanged;
        tabs.Crashed += OnCrashed;
    }

    public DevToolsPipe Pipe { get; }

    /// <summary>Takes a place, which <see cref="LeaveAsync"/> gives back. Returns false when all places are taken.</summary>
    public bool TryEnter(Viewer viewer)
    {
        lock (gate)
            return viewers.Count < MaxViewers && viewers.TryAdd(viewer, null);
    }

    /// <summary>
    /// Starts to show a tab. The first picture follows when it is available. Throws like <see cref="DevToolsPipe.CallAsync"/>.
    /// </summary>
    /// <param name="viewer">A viewer that has entered.</param>
    /// <param name="tab">The tab to show; null for any.</param>
    public Task JoinAsync(Viewer viewer, string? tab) => InTurnAsync(async deadline =>
    {
        if (tabs.Session is null)
            await tabs.WatchAsync(deadline);
        var open = tabs.Open;
        var isOpen = tab is not null && open.Contains(tab);
        if (tab is not null && !isOpen)
            viewer.Tell("the requested tab is not open; another one is shown");
        await ShowInTurnAsync(viewer, isOpen ? tab : open is [var first, ..] ? first : null, deadline);
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

    /// <summary>Shows another tab. Throws <see cref="BadMessageException"/>, and like <see cref="DevToolsPipe.CallAsync"/>.</summary>
    /// <param name="viewer">A viewer that has joined.</param>
    /// <param name="tab">The tab.</param>
    /// <param name="bringToFront">Whether to bring the tab to the front in the browser, too, which its page can notice.</param>
    public Task ShowAsync(Viewer viewer, string tab, bool bringToFront) => InTurnAsync(async deadline =>
    {
        if (!tabs.Open.Contains(tab))
            throw BrowserTabs.NoSuchTab();
        await ShowInTurnAsync(viewer, tab, deadline);
        if (bringToFront)
            await tabs.ActivateAsync(tab, deadline);
    });

    /// <summary>Opens an empty tab and shows it. Throws like <see cref="DevToolsPipe.CallAsync"/>.</summary>
    public Task OpenAsync(Viewer viewer) => InTurnAsync(async deadline =>
    {
        var created = await Pipe.CallAsync("Target.createTarget", """{"url":"about:blank"}""", tabs.Session, deadline);
        await ShowInTurnAsync(viewer, created.GetProperty("targetId").GetString(), deadline);
    });

    /// <summary>Closes a tab. Throws <see cref="BadMessageException"/>, and like <see cref="DevToolsPipe.CallAsync"/>.</summary>
    public Task CloseAsync(string tab) => InTurnAsync(deadline => tabs.CloseAsync(tab, deadline));

    /// <summary>Our CDP session with the tab that a viewer looks at; null while it looks at none.</summary>
    public string? SessionOf(Viewer viewer)
    {
        lock (gate)
            return viewers.GetValueOrDefault(viewer) is { } tab && screencasts.TryGetValue(tab, out var screencast)
                ? screencast.Session
                : null;
    }

    /// <summary>The message <c>tabs</c> for a viewer.</summary>
    public ReadOnlyMemory<byte> TabsFor(Viewer viewer)
    {
        string? active;
        lock (gate)
            active = viewers.GetValueOrDefault(viewer);
        return tabs.ToJson(active);
    }

    // The holder of the turn gives it back by its deadline, so the wait for the turn needs no deadline.
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

    private async Task ShowInTurnAsync(Viewer viewer, string? tab, CancellationToken deadline)
    {
        Screencast? before;
        lock (gate)
        {
            if (!viewers.TryGetValue(viewer, out var now) || now == tab)
                return;
            before = now is null ? null : screencasts.GetValueOrDefault(now);
        }

        // Starts the new tab before the viewer leaves the old one: if the new tab cannot be shown, the viewer loses nothing.
        var after = tab is null ? null : await StartInTurnAsync(tab, deadline);
        before?.Remove(viewer);
        bool isHere;
        lock (gate)
        {
            isHere = viewers.ContainsKey(viewer);
            if (isHere)
                viewers[viewer] = tab;
        }

        // The tabs come before the picture: a viewer must know which tab the picture shows.
        viewer.TabsChanged();
        if (isHere)
            after?.Add(viewer);
        await SweepInTurnAsync(deadline);
    }

    // The viewer's tab has closed, so it looks at none.
    private void LeaveInTurn(Viewer viewer)
    {
        Screencast? before;
        lock (gate)
        {
            if (!viewers.TryGetValue(viewer, out var closed) || closed is null)
                return;
            before = screencasts.GetValueOrDefault(closed);
            viewers[viewer] = null;
        }

        before?.Remove(viewer);
    }

    private async Task<Screencast> StartInTurnAsync(string tab, CancellationToken deadline)
    {
        if (screencasts.TryGetValue(tab, out var running))
            return running;
        var started = await Screencast.StartAsync(
            Pipe, tab, tabs.Session!, responds => tabs.SetResponds(tab, responds), time, deadline);
        lock (gate)
            screencasts.Add(tab, started);
        return started;
    }

    // Stops the screencasts that nobody looks at, and without viewers also the watch of the tabs.
    private async Task SweepInTurnAsync(CancellationToken deadline)
    {
        foreach (var (tab, screencast) in screencasts.Where(entry => !entry.Value.IsWatched).ToList())
        {
            lock (gate)
                screencasts.Remove(tab);
            screencast.Dispose();
        }

        bool isEmpty;
        lock (gate)
            isEmpty = viewers.Count == 0;
        if (isEmpty && tabs.Session is not null)
            await tabs.ForgetAsync(deadline);
    }

    private void OnCrashed(string tab)
    {
        lock (gate)
        {
            foreach (var viewer in viewers.Where(entry => entry.Value == tab).Select(entry => entry.Key))
                viewer.Tell("the page crashed; reload it");
        }
    }

    private void OnTabsChanged()
    {
        var open = tabs.Open;
        bool someSeeNone;
        lock (gate)
        {
            foreach (var viewer in viewers.Keys)
                viewer.TabsChanged();
            someSeeNone = viewers.Values.Any(tab => tab is null || !open.Contains(tab));
        }

        if (someSeeNone)
            _ = MoveAsync();
    }

    // Shows another tab to the viewers whose tab has closed.
    private async Task MoveAsync()
    {
        List<Viewer> lost = [];
        try
        {
            await InTurnAsync(async deadline =>
            {
                var open = tabs.Open;
                lock (gate)
                    lost = [.. viewers.Where(entry => entry.Value is null || !open.Contains(entry.Value)).Select(entry => entry.Key)];
                lost.ForEach(LeaveInTurn);
                foreach (var viewer in lost)
                    await ShowInTurnAsync(viewer, open is [var first, ..] ? first : null, deadline);
            });
        }
        catch (Exception e) when (e is DevToolsException or BrowserLostException or OperationCanceledException)
        {
            foreach (var viewer in lost)
                viewer.Tell("the tab has closed, and no other tab can be shown");
        }
    }
}
