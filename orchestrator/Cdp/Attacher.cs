using System.Net.Sockets;
using Steelyard.Http;
using Steelyard.Pool;
using Steelyard.Processes;
using Steelyard.Sessions;
using Steelyard.Settings;
using Steelyard.WorkerHttp;

namespace Steelyard.Cdp;

/// <summary>Connects a client's WebSocket to a session's browser. Tells the client why the connection fails or ends.</summary>
public sealed class Attacher(
    SessionCalls calls, CdpAddresses addresses, AttachedClients clients, Options options, TimeProvider time,
    IHostApplicationLifetime lifetime, ILogger<Attacher> logger)
{
    private const string BrowserStarting =
        "The session's browser is not ready: it restarts when a session sets options. Retry in a moment.";

    private static readonly TimeSpan ReasonTime = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Answers 426 and returns true when the request does not ask for a WebSocket. Answers 501 when it asks for Playwright's own protocol,
    /// as <c>chromium.connect()</c> does: Playwright shows the text.
    /// </summary>
    public static async Task<bool> RefusesAsync(HttpContext context)
    {
        if (context.Request.Headers.ContainsKey("x-playwright-browser"))
        {
            await Problem.WriteAsync(
                context,
                StatusCodes.Status501NotImplemented,
                "This node speaks the Chrome DevTools Protocol, not Playwright's own: use chromium.connectOverCDP() instead of connect().");
            return true;
        }

        if (Upgrade.IsAsked(context.Request))
            return false;
        context.Response.Headers.Upgrade = "websocket";
        await Problem.WriteAsync(
            context,
            StatusCodes.Status426UpgradeRequired,
            "This is a WebSocket: connect to it with a CDP client such as Playwright or Puppeteer. POST /sessions creates a session; " +
            "/openapi.json describes all calls.");
        return true;
    }

    /// <summary>
    /// Runs until the client or the browser disconnects or the session ends. The caller must have checked the upgrade.
    /// </summary>
    /// <param name="context">The client's request.</param>
    /// <param name="session">The session.</param>
    /// <param name="activity">The caller's activity on the session, which the caller disposes.</param>
    /// <param name="path">Path of a DevTools target; null for the browser target.</param>
    public async Task AttachAsync(HttpContext context, Session session, SessionActivity activity, string? path)
    {
        if (await AddressAsync(context, session) is not { } at)
            return;
        if (path is not null && at.Placement.Worker.Client.Protocol.BrowserPath is not null)
        {
            // Such a worker connects any path to the browser target.
            await Problem.WriteAsync(
                context,
                StatusCodes.Status501NotImplemented,
                "These workers have no WebSocket for a single target: connect to the browser, and attach to the target with " +
                "Target.attachToTarget.");
            return;
        }

        using var browser = await OpenAsync(
            context,
            at.Placement,
            at.Address.Port,
            path ?? at.Address.BrowserPath,
            path ?? "a connection to its browser",
            isTarget: path is not null);
        if (browser is null)
            return;
        SessionCalls.CheckIsOn(session, at.Placement);
        var isIdleWhileSilent = session.Request.Clock.IsIdleWhileSilent;
        if (isIdleWhileSilent)
            activity.Dispose(); // From here on, only what the client sends counts as use of the session.
        var messages = at.Placement.Worker.HasExtras
            ? new ClientMessages(at.Placement, options.BrowserFolders, ClientUser.Of(context), time, logger)
            : null;
        await TunnelAsync(context, session, browser, isIdleWhileSilent ? session.Touch : null, messages);
    }

    /// <summary>
    /// Connects the client's WebSocket to a WebSocket of the session's worker, such as a live view. Does not count as an activity.
    /// </summary>
    /// <param name="context">The client's request.</param>
    /// <param name="session">The session.</param>
    /// <param name="placement">The session's worker and lease.</param>
    /// <param name="path">Path and query on the worker.</param>
    public async Task AttachToWorkerAsync(HttpContext context, Session session, Placement placement, string path)
    {
        using var worker = await OpenAsync(
            context, placement, placement.Worker.Port, path, "a connection to its live view", isTarget: false);
        if (worker is null)
            return;
        SessionCalls.CheckIsOn(session, placement);
        await TunnelAsync(context, session, worker, onMessage: null, messages: null, isViewer: true);
    }

    private async Task TunnelAsync(
        HttpContext context, Session session, UpstreamWebSocket browser, Action? onMessage, ClientMessages? messages, bool isViewer = false)
    {
        await using var client = await Upgrade.TryAcceptAsync(context, browser.Headers);
        if (client is null)
        {
            await Problem.UnavailableAsync(context, PoolUnavailableException.TooManyClients());
            return;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(session.Ended, lifetime.ApplicationStopping);
        var patience = AnswersPings(context.Request) ? options.DeadPeerTimeout : (TimeSpan?)null;
        var attached = clients.Begin(session.Id.Value, session.Request.Holder, isViewer);
        if (!await new Tunnel(client, browser, attached, patience, time, onMessage, messages)
            .RunAsync(() => FarewellAsync(session), over.Token))
            context.Abort();
    }

    /// <summary>
    /// Returns where the session's browser listens. Null when this is unknown: the client is then answered with the reason. Throws what
    /// <see cref="SessionCalls"/> throws.
    /// </summary>
    public async Task<(Placement Placement, CdpAddress Address)?> AddressAsync(HttpContext context, Session session)
    {
        var placement = await calls.PlaceAsync(session);
        var (address, status, error) = await addresses.FindAsync(placement);
        if (address is not null)
            return (placement, address);
        if (PoolUnavailableException.Of(error) is { } unavailable)
            throw unavailable;
        if (error == WorkerError.None && status is >= 300 and < 500)
        {
            await Problem.WriteAsync(
                context,
                StatusCodes.Status501NotImplemented,
                "This session's worker has no browser to attach to: it serves no /json/version. Run with --worker chromium.");
        }
        else if (status == StatusCodes.Status503ServiceUnavailable)
        {
            await Problem.UnavailableAsync(context, BrowserStarting, TimeSpan.FromSeconds(1));
        }
        else
        {
            await Problem.WriteAsync(
                context,
                StatusCodes.Status502BadGateway,
                "The session's worker did not give a DevTools address on which one of its own processes listens: " +
                $"{(error == WorkerError.None ? $"HTTP {status}" : error.ToString())}.");
        }

        return null;
    }

    // Errors name the target in the words of "what", so that clients do not see the worker's own paths.
    private async Task<UpstreamWebSocket?> OpenAsync(
        HttpContext context, Placement placement, int port, string path, string what, bool isTarget)
    {
        using var timer = new CancellationTokenSource(options.WorkerTimeout, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, context.RequestAborted);
        using var turn = await TakeTurnAsync(placement, timer.Token, deadline.Token);
        try
        {
            var browser = await UpstreamWebSocket.OpenAsync(port, path, context.Request.Headers, deadline.Token);
            if (browser.Status == StatusCodes.Status101SwitchingProtocols)
                return browser;
            browser.Dispose();
            var status = browser.Status switch
            {
                >= 400 and < 500 => browser.Status,

                // Chromium answers 500 when the target does not exist.
                StatusCodes.Status500InternalServerError when isTarget => StatusCodes.Status404NotFound,
                _ => StatusCodes.Status502BadGateway,
            };
            await Problem.WriteAsync(context, status, $"The session's worker refused {what} with status {browser.Status}.");
        }
        catch (SocketException e) when (Shortage.IsIn(e))
        {
            throw PoolUnavailableException.NoConnection();
        }
        catch (Exception e)
            when (e is SocketException or IOException or OperationCanceledException && !context.RequestAborted.IsCancellationRequested)
        {
            addresses.Forget(placement);
            await Problem.WriteAsync(context, StatusCodes.Status502BadGateway, $"The session's browser cannot be reached: {e.Message}.");
        }

        return null;
    }

    private async Task<HandshakeTurn> TakeTurnAsync(Placement placement, CancellationToken timer, CancellationToken cancellationToken)
    {
        try
        {
            return await addresses.TakeTurnAsync(placement, cancellationToken);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            throw PoolUnavailableException.NoConnection();
        }
    }

    // Chromium never sends pings, and two Go libraries, chromedp and rod, treat any frame as a message. They send no User-Agent, or the
    // default of Go's HTTP client.
    private static bool AnswersPings(HttpRequest request) =>
        request.Headers.UserAgent.ToString() is { Length: > 0 } name && !name.StartsWith("Go-http-client", StringComparison.Ordinal);

    // The browser's connection may close shortly before the session's end is known, so this waits a moment for the reason.
    private async Task<(ushort Code, string Reason)> FarewellAsync(Session session)
    {
        if (!lifetime.ApplicationStopping.IsCancellationRequested)
            await Task.Delay(ReasonTime, time, session.Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var end = session.End;
        return end?.Reason switch
        {
            EndReason.Deleted => (1000, "session deleted"),
            EndReason.Expired => (1001, "session expired"),
            EndReason.WorkerLost => (1011, $"worker lost: {end.Detail}"),
            EndReason.Drained => (1001, "the node shuts down"),
            _ when lifetime.ApplicationStopping.IsCancellationRequested => (1001, "the node shuts down"),
            _ => (1011, "the browser closed the connection"),
        };
    }
}
