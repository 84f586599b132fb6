using System.Net.Sockets;
using Steelyard.Proxy;
using Steelyard.Sessions;
using Steelyard.Workers;

namespace Steelyard.Api;

/// <summary>
/// The Chrome DevTools Protocol of one session under its own path: discovery over HTTP, with addresses that lead back to us, and the
/// WebSockets of the browser and of its pages.
/// </summary>
public sealed class DevToolsDialect(
    SessionService sessions, Options options, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<DevToolsDialect> logger)
{
    private static readonly TimeSpan ReasonTime = TimeSpan.FromMilliseconds(250);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sessions/{id}/cdp", context => AttachAsync(context, null));
        foreach (var kind in new[] { "browser", "page" })
            routes.MapGet($"/sessions/{{id}}/devtools/{kind}/{{target}}", context => AttachAsync(context, $"/devtools/{kind}/{Target(context)}"));
        foreach (var path in new[] { "", "/version", "/list", "/protocol", "/activate/{target}", "/close/{target}" })
            routes.MapGet("/sessions/{id}/json" + path, DiscoverAsync);
        routes.MapPut("/sessions/{id}/json/new", DiscoverAsync);
    }

    private static string Target(HttpContext context) => Uri.EscapeDataString((string)context.Request.RouteValues["target"]!);

    private async Task DiscoverAsync(HttpContext context)
    {
        if (await FindAsync(context) is not { } found)
            return;
        using var activity = found.Activity;
        if (await AddressAsync(context, found.Session) is not { } at)
            return;

        var path = context.Request.Path.ToUriComponent();
        path = "/json" + path[(path.IndexOf("/json", StringComparison.OrdinalIgnoreCase) + "/json".Length)..].TrimEnd('/');
        using var reply = await at.Placement.Worker.Client.DiscoverAsync(context.Request.Method, path + context.Request.QueryString);
        if (await MovedAsync(context, found.Session, at.Placement))
            return;
        if (reply.Error != WorkerError.None)
        {
            await Problem.WriteAsync(context, StatusCodes.Status502BadGateway, $"The session's worker failed at {path}: {reply}.");
            return;
        }

        var self = PublicAddress.Of(context.Request, options);
        var hasAddresses = path is "/json" or "/json/list" or "/json/version" or "/json/new";
        var body = hasAddresses ? Discovery.Rewrite(reply.Body, $"{self.WebSocketOrigin}/sessions/{found.Session.Id}", at.Address) : reply.Body;
        context.Response.StatusCode = reply.Status;
        context.Response.ContentType = reply.ContentType;
        context.Response.ContentLength = body.Length;
        if (body.Length > 0)
            await context.Response.Body.WriteAsync(body);
    }

    private async Task AttachAsync(HttpContext context, string? path)
    {
        if (!Upgrade.IsAsked(context.Request))
        {
            context.Response.Headers.Upgrade = "websocket";
            await Problem.WriteAsync(context, StatusCodes.Status426UpgradeRequired, "This is a WebSocket: connect to it with a CDP client.");
            return;
        }

        if (await FindAsync(context) is not { } found)
            return;
        using var activity = found.Activity;
        if (await AddressAsync(context, found.Session) is not { } at)
            return;
        using var browser = await OpenAsync(context, at.Address, path ?? at.Address.BrowserPath);
        if (browser is null)
            return;

        if (await MovedAsync(context, found.Session, at.Placement))
            return;
        await using var client = await Upgrade.TryAcceptAsync(context, browser.Headers);
        if (client is null)
        {
            await Problem.UnavailableAsync(context, PoolUnavailableException.TooManyClients());
            return;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(found.Session.Ended, lifetime.ApplicationStopping);
        logger.LogInformation("Session {Id}: a client attached", found.Session.Id);
        if (!await new Tunnel(client, browser, time).RunAsync(() => FarewellAsync(found.Session), over.Token))
            context.Abort();
        logger.LogInformation("Session {Id}: a client detached", found.Session.Id);
    }

    private async Task<(Session Session, SessionActivity Activity)?> FindAsync(HttpContext context)
    {
        if (sessions.Find((string?)context.Request.RouteValues["id"], out var activity, out var reason) is { } session)
            return (session, activity);
        await Problem.SessionNotFoundAsync(context, reason);
        return null;
    }

    private async Task<(Placement Placement, CdpAddress Address)?> AddressAsync(HttpContext context, Session session)
    {
        if (await session.TryPlaceAsync(options.WorkerTimeout) is not { } placement)
        {
            await Problem.SessionGoneAsync(context, session);
            return null;
        }

        var (address, status, error) = await CdpAddress.FindAsync(placement);
        if (address is not null)
            return (placement, address);
        if (error == WorkerError.None && status < 500)
            await Problem.WriteAsync(context, StatusCodes.Status501NotImplemented, "This session's worker has no browser to attach to: it serves no /json/version. Run with --worker chromium.");
        else
            await Problem.WriteAsync(context, StatusCodes.Status502BadGateway, $"The session's worker did not tell its DevTools address: {(error == WorkerError.None ? $"HTTP {status}" : error.ToString())}.");
        return null;
    }

    // What the worker has said since may be about the next session: answers the client, and true, if this one is not there any more.
    private static async Task<bool> MovedAsync(HttpContext context, Session session, Placement placement)
    {
        if (session.IsOn(placement))
            return false;
        await Problem.SessionGoneAsync(context, session);
        return true;
    }

    private async Task<DevToolsSocket?> OpenAsync(HttpContext context, CdpAddress address, string path)
    {
        using var timer = new CancellationTokenSource(options.WorkerTimeout, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, context.RequestAborted);
        try
        {
            var browser = await DevToolsSocket.OpenAsync(address.Port, path, context.Request.Headers, deadline.Token);
            if (browser.Status == StatusCodes.Status101SwitchingProtocols)
                return browser;
            browser.Dispose();
            await Problem.WriteAsync(context, browser.Status is >= 400 and < 500 ? browser.Status : 502, $"The browser refused {path} with status {browser.Status}: is there such a target?");
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException && !context.RequestAborted.IsCancellationRequested)
        {
            await Problem.WriteAsync(context, StatusCodes.Status502BadGateway, $"The session's browser cannot be reached: {e.Message}.");
        }

        return null;
    }

    // The browser's end may be seen a moment before we know what became of its session.
    private async Task<(ushort Code, string Reason)> FarewellAsync(Session session)
    {
        if (!lifetime.ApplicationStopping.IsCancellationRequested)
            await Task.Delay(ReasonTime, time, session.Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return session.EndReason switch
        {
            EndReason.Deleted => (1000, "session deleted"),
            EndReason.Expired => (1001, "session expired"),
            EndReason.WorkerLost => (1011, "worker lost: its browser crashed or hung"),
            EndReason.Drained => (1001, "the node shuts down"),
            _ when lifetime.ApplicationStopping.IsCancellationRequested => (1001, "the node shuts down"),
            _ => (1011, "the browser closed the connection"),
        };
    }
}
