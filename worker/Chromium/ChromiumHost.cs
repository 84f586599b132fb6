using SteelBrowser.DevTools;
using SteelBrowser.Diagnostics;
using SteelBrowser.Http;
using SteelBrowser.Sessions;
using Steelyard.Contract;
using Steelyard.Processes;

namespace SteelBrowser.Chromium;

/// <summary>
/// Keeps a warm browser ready, gives it to the next session, and disposes of it when that session ends. <see cref="HostState"/> decides
/// which session has which browser. <see cref="RunAsync"/> launches the browsers and disposes of them, one after the other.
/// </summary>
internal sealed class ChromiumHost(BrowserSettings settings, TimeProvider time) : ISessionHost
{
    private static readonly TimeSpan CreateDeadline = TimeSpan.FromSeconds(15);

    private readonly HostState state = new();
    private readonly SemaphoreSlim creates = new(1);
    private readonly DiscoveryClient discovery = new();

    public bool IsAvailable => state.IsAvailable;

    public StoredSession? Session => state.Session;

    public bool HasLostBrowser => state.HasLostBrowser;

    public Isolation? Isolation => settings.Confinement.Isolation;

    public bool TryEnd(string id) => state.TryEnd(id);

    /// <summary>False when the current session has another id. The browser is null while it is being relaunched.</summary>
    public bool TryFind(string id, out Browser? browser) => state.TryFind(id, out browser);

    /// <summary>The browser of the session with this id; null when there is no such session, or it has no browser at the moment.</summary>
    public SessionBrowser? BrowserOf(string id) => state.BrowserOf(id);

    public async ValueTask<bool> TryCreateAsync(StoredSession session, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(CreateDeadline, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            // One create at a time: two that wait for the same browser could otherwise both end the session of a third.
            await creates.WaitAsync(deadline.Token);
            try
            {
                while (!state.TryClaim(session, out var next))
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

    /// <summary>
    /// Replaces the session's browser with one launched with these options, and returns the new one when it is warm. Null when the session
    /// has no browser or ends before then. Throws <see cref="OperationCanceledException"/> at the deadline.
    /// </summary>
    public async Task<Browser?> RelaunchAsync(string id, LaunchOptions options, CancellationToken deadline)
    {
        if (state.TryRelaunch(id, options) is not { } relaunch)
            return null;
        try
        {
            return await relaunch.Done.WaitAsync(deadline);
        }
        catch (OperationCanceledException) when (!deadline.IsCancellationRequested)
        {
            return null;
        }
    }

    public ValueTask<Reply?> DiscoverAsync(string method, string pathAndQuery, CancellationToken cancellationToken)
    {
        var (browser, inUse) = state.Present;
        if (browser is null)
            return default;

        // A change to the browser before its session begins would be visible in that session.
        if (!inUse && (method, pathAndQuery) is not ("GET", "/json/version" or "/json/protocol"))
            return new(Reply.NotFound);
        return discovery.AskAsync(browser.Port, method, pathAndQuery, cancellationToken);
    }

    public async Task<int> RunAsync(CancellationToken stop)
    {
        Subreaper.Enable();
        try
        {
            while (true)
            {
                var relaunch = state.NextLaunch;
                await using var browser = await Browser.LaunchAsync(settings, relaunch?.Options ?? LaunchOptions.Default, time, stop);
                if (await ServeAsync(browser, relaunch, stop))
                    return ExitCode.ClosedByClient;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or BrowserLostException && stop.IsCancellationRequested)
        {
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is BrowserLostException or DevToolsException or IOException or UnauthorizedAccessException)
        {
            return Stderr.Fail((e as BrowserLostException)?.ExitCode ?? ExitCode.BrowserLost, e.Message);
        }
        finally
        {
            state.Stop(new OperationCanceledException("the worker stops"));
            discovery.Dispose();
        }
    }

    // Returns when the browser's session has ended or needs another browser. True when the client has closed the browser.
    private async Task<bool> ServeAsync(Browser browser, Relaunch? launchedFor, CancellationToken stop)
    {
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watch = Task.CompletedTask;
        try
        {
            var (inUse, over) = state.Offer(browser, launchedFor);
            await using var recording = new SessionRecording(browser.Pipe, browser.Output, settings, time);
            recording.BeginWhen(inUse, () => state.Session);
            watch = browser.WatchAsync(inUse, watching.Token);
            await Task.WhenAny(watch, over);
            if (over.IsCompleted)
                return false;
            await watch;
            state.CloseForClient();
            return true;
        }
        catch (Exception e)
        {
            // Before the browser is disposed of: no caller may see a session without a browser.
            state.Stop(e);
            throw;
        }
        finally
        {
            await watching.CancelAsync();
            await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
