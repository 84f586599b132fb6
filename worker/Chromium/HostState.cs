using SteelBrowser.DevTools;
using SteelBrowser.Sessions;

namespace SteelBrowser.Chromium;

/// <summary>
/// Which session has which browser. One lock over all fields that change.
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

    /// <summary>The browser that lives, warm or in use; null while there is none.</summary>
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

    /// <summary>What the next browser is launched for; null when for whatever session comes.</summary>
    public Relaunch? NextLaunch
    {
        get
        {
            lock (gate)
                return relaunch;
        }
    }

    /// <summary>False when this is not the present session. Its browser is null while it is relaunched.</summary>
    public bool TryFind(string id, out Browser? found)
    {
        lock (gate)
        {
            found = browser;
            return session?.Id == id;
        }
    }

    /// <summary>The browser of this session, while it is the present one and has a browser.</summary>
    public SessionBrowser? BrowserOf(string id)
    {
        lock (gate)
            return session?.Id == id && browser is not null ? new(browser.Pipe, released.Task) : null;
    }

    /// <summary>
    /// A warm browser is there. InUse completes with its session's beginning, Over when it is to be buried: at once, if what it was
    /// launched for has gone meanwhile.
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

    /// <summary>When it fails, next completes as soon as it is worth another try, and is cancelled when it never will be.</summary>
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

    /// <summary>Asks for another browser for this session; null when it has none that could be replaced.</summary>
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

    /// <summary>Nothing comes after this. Whoever looks at the session learns why it is over.</summary>
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

    /// <summary>The same, because its client has closed the browser.</summary>
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

    // Whoever waits goes on outside the lock that is held when it is set.
    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource<BrowserEnd> NewEnd() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
