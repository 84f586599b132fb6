using SteelBrowser.DevTools;
using SteelBrowser.Sessions;

namespace SteelBrowser.Chromium;

/// <summary>
/// Which session has which browser. One lock guards all mutable fields.
/// <code>
///             warmed           create           delete, create
///  Preparing ────────▶ Ready ────────▶ InUse ────────────────▶ Preparing
///
///           other launch options          warmed                 delete, create
///  InUse ───────────────────────▶ Relaunching ─────▶ InUse       Relaunching ──▶ Preparing
///
///  any ── asked to stop, browser lost, or closed by its client ──▶ Stopped
/// </code>
/// </summary>
internal sealed class HostState
{
    private readonly Lock gate = new();
    private State state = State.Preparing;
    private bool hasLostBrowser;
    private StoredSession? session;
    private Browser? browser;
    private Relaunch? relaunch;
    private TaskCompletionSource prepared = NewSignal();
    private TaskCompletionSource claimed = NewSignal();
    private TaskCompletionSource<BrowserEnd> released = NewEnd();

    private enum State
    {
        Preparing,
        Ready,
        InUse,
        Relaunching,
        Stopped,
    }

    public bool IsAvailable
    {
        get
        {
            lock (gate)
                return state == State.Ready;
        }
    }

    public StoredSession? Session
    {
        get
        {
            lock (gate)
                return session;
        }
    }

    /// <summary>The live browser, warm or in use; null while there is none.</summary>
    public (Browser? Browser, bool InUse) Present
    {
        get
        {
            lock (gate)
                return (browser, state == State.InUse);
        }
    }

    public bool HasLostBrowser
    {
        get
        {
            lock (gate)
                return hasLostBrowser;
        }
    }

    /// <summary>The relaunch that the next browser is for; null when it is for the next session.</summary>
    public Relaunch? NextLaunch
    {
        get
        {
            lock (gate)
                return relaunch;
        }
    }

    /// <summary>False when the current session has another id. The browser is null while it is being relaunched.</summary>
    public bool TryFind(string id, out Browser? found)
    {
        lock (gate)
        {
            found = browser;
            return session?.Id == id;
        }
    }

    /// <summary>The browser of the session with this id; null when there is no such session, or it has no browser at the moment.</summary>
    public SessionBrowser? BrowserOf(string id)
    {
        lock (gate)
            return session?.Id == id && browser is not null ? new(browser.Pipe, released.Task) : null;
    }

    /// <summary>
    /// Makes a warm browser available. InUse completes when its session begins. Over completes when the browser is no longer needed: at
    /// once if the relaunch that it was launched for has been abandoned.
    /// </summary>
    public (Task InUse, Task Over) Offer(Browser warm, Relaunch? launchedFor)
    {
        lock (gate)
        {
            claimed = NewSignal();
            released = NewEnd();
            if (launchedFor != relaunch)
            {
                released.SetResult(BrowserEnd.Released);
            }
            else if (launchedFor is not null)
            {
                browser = warm;
                relaunch = null;
                state = State.InUse;
                claimed.SetResult();
                launchedFor.Complete(warm);
            }
            else
            {
                browser = warm;
                state = State.Ready;
                prepared.SetResult();
            }

            return (claimed.Task, released.Task);
        }
    }

    /// <summary>
    /// Ends the current session, if any, and gives the warm browser to the new one. False when there is no warm browser: then
    /// <paramref name="next"/> completes when it is time for another try, and is cancelled when no try can succeed any more.
    /// </summary>
    public bool TryClaim(StoredSession created, out Task next)
    {
        lock (gate)
        {
            if (session is not null)
                ReleaseNeedsLock();
            next = prepared.Task;
            if (state != State.Ready)
                return false;
            session = created;
            state = State.InUse;
            claimed.SetResult();
            return true;
        }
    }

    public bool TryEnd(string id)
    {
        lock (gate)
        {
            if (session?.Id != id)
                return false;
            ReleaseNeedsLock();
            return true;
        }
    }

    /// <summary>Requests another browser for this session; null when the session has no browser that can be replaced.</summary>
    public Relaunch? TryRelaunch(string id, LaunchOptions options)
    {
        lock (gate)
        {
            if (session?.Id != id || state != State.InUse)
                return null;
            relaunch = new(options);
            state = State.Relaunching;
            browser = null;
            released.TrySetResult(BrowserEnd.Replaced);
            return relaunch;
        }
    }

    /// <summary>Enters the final state. All code that waits for the end of the session gets the reason.</summary>
    public void Stop(Exception why)
    {
        lock (gate)
        {
            if (why is OperationCanceledException)
                released.TrySetCanceled();
            else
                hasLostBrowser = released.TrySetException(why as BrowserLostException ?? new BrowserLostException(why.Message));
            StopNeedsLock();
        }
    }

    /// <summary>Enters the final state because the client has closed the browser.</summary>
    public void CloseForClient()
    {
        lock (gate)
        {
            released.TrySetResult(BrowserEnd.ClosedByClient);
            StopNeedsLock();
        }
    }

    private void StopNeedsLock()
    {
        session = null;
        browser = null;
        state = State.Stopped;
        relaunch?.Abandon();
        if (!prepared.TrySetCanceled())
            (prepared = NewSignal()).SetCanceled();
    }

    private void ReleaseNeedsLock()
    {
        session = null;
        browser = null;
        relaunch?.Abandon();
        relaunch = null;
        state = State.Preparing;
        prepared = NewSignal();
        released.TrySetResult(BrowserEnd.Released);
    }

    // Continuations run outside the lock that is held when the signal is set.
    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource<BrowserEnd> NewEnd() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
