using Steelyard.Processes;

namespace Steelyard.Worker.Chromium;

/// <summary>
/// Keeps a warmed browser at hand, gives it to the next session, and buries it with that session. One lock over all fields that change.
/// <code>
///             warmed           create           delete, create
///  Preparing ────────▶ Ready ────────▶ InUse ────────────────▶ Preparing
///
///  any ── asked to stop, or browser lost ──▶ Stopped
/// </code>
/// Preparing: the last browser is buried, then the next one launched; <see cref="RunAsync"/> does both, one after the other.
/// </summary>
internal sealed class ChromiumHost(BrowserSettings settings, TimeProvider time) : ISessionHost
{
    private static readonly TimeSpan CreateDeadline = TimeSpan.FromSeconds(15);

    private readonly Lock gate = new();
    private readonly SemaphoreSlim creates = new(1);
    private readonly DiscoveryClient discovery = new();

    private State state = State.Preparing;
    private StoredSession? session;
    private int devToolsPort;
    private DevToolsPipe? pipe;
    private TaskCompletionSource prepared = NewSignal();
    private TaskCompletionSource claimed = NewSignal();
    private TaskCompletionSource released = NewSignal();

    private enum State
    {
        Preparing,
        Ready,
        InUse,
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

    public async ValueTask<bool> TryCreateAsync(StoredSession session, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(CreateDeadline, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            // One after the other, or two that wait for the same browser could both end the session of a third.
            await creates.WaitAsync(deadline.Token);
            try
            {
                while (!TryClaim(session, out var next))
                    await next.WaitAsync(deadline.Token);
                return true;
            }
            finally
            {
                creates.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
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

    public SessionBrowser? BrowserOf(string id)
    {
        lock (gate)
            return session?.Id == id && pipe is not null ? new(pipe, released.Task) : null;
    }

    public ValueTask<Reply?> DiscoverAsync(string method, string pathAndQuery, CancellationToken cancellationToken)
    {
        int port;
        lock (gate)
        {
            if (state is not (State.Ready or State.InUse))
                return default;

            // What is done to a browser before its session begins would be found in that session.
            if (state == State.Ready && (method, pathAndQuery) is not ("GET", "/json/version"))
                return new(Reply.NotFound);
            port = devToolsPort;
        }

        return discovery.AskAsync(port, method, pathAndQuery, cancellationToken);
    }

    public async Task<int> RunAsync(CancellationToken stop)
    {
        Subreaper.Enable();
        try
        {
            while (true)
            {
                await using var browser = await Browser.LaunchAsync(settings, time, stop);
                await ServeAsync(browser, stop);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or BrowserLostException && stop.IsCancellationRequested)
        {
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is BrowserLostException or DevToolsException or IOException or UnauthorizedAccessException)
        {
            return Stderr.Fail(ExitCode.BrowserLost, e.Message);
        }
        finally
        {
            Stop(new OperationCanceledException("the worker stops"));
            discovery.Dispose();
        }
    }

    // Returns when the browser's session has ended.
    private async Task ServeAsync(Browser browser, CancellationToken stop)
    {
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watch = Task.CompletedTask;
        try
        {
            var (inUse, ended) = Offer(browser);
            watch = browser.WatchAsync(inUse, watching.Token);
            await Task.WhenAny(watch, ended);
            if (!ended.IsCompleted)
                await watch;
        }
        catch (Exception e)
        {
            // Before the browser is buried: nobody should be told of a session that has none.
            Stop(e);
            throw;
        }
        finally
        {
            await watching.CancelAsync();
            await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private (Task InUse, Task Ended) Offer(Browser browser)
    {
        lock (gate)
        {
            devToolsPort = browser.Port;
            pipe = browser.Pipe;
            claimed = NewSignal();
            released = NewSignal();
            state = State.Ready;
            prepared.SetResult();
            return (claimed.Task, released.Task);
        }
    }

    // When it fails, next completes as soon as it is worth another try, and is cancelled when it never will be.
    private bool TryClaim(StoredSession created, out Task next)
    {
        lock (gate)
        {
            if (state == State.InUse)
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

    private void ReleaseNeedsLock()
    {
        session = null;
        state = State.Preparing;
        prepared = NewSignal();
        released.SetResult();
    }

    // Whoever looks at the session learns why it is over.
    private void Stop(Exception why)
    {
        lock (gate)
        {
            session = null;
            state = State.Stopped;
            if (why is OperationCanceledException)
                released.TrySetCanceled();
            else
                released.TrySetException(why as BrowserLostException ?? new BrowserLostException(why.Message));
            if (!prepared.TrySetCanceled())
                (prepared = NewSignal()).SetCanceled();
        }
    }

    // Whoever waits goes on outside the lock that is held when it is set.
    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
