using System.Net.Sockets;
using Steelyard.Proxy;
using Steelyard.Sessions;
using Steelyard.Workers;

namespace Steelyard.Api;

/// <summary>
/// The Chrome DevTools Protocol of one session under its own path: discovery over HTTP, with addresses that lead back to us, and the
/// WebSockets of the browser and of its pages.
/// </summary>
public sealed class DevToolsDialect(SessionService sessions, Options options, IHostApplicationLifetime lifetime, ILogger<DevToolsDialect> logger)
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

        var id = (string)context.Request.RouteValues["id"]!;
        var path = context.Request.Path.Value![$"/sessions/{id}".Length..].TrimEnd('/');
        using var reply = await at.Placement.Worker.Client.DiscoverAsync(context.Request.Method, path + context.Request.QueryString);
        if (reply.Error != WorkerError.None)
        {
            await Problem.WriteAsync(context, StatusCodes.Status502BadGateway, $"The session's worker failed at {path}: {reply}.");
            return;
        }

        var self = PublicAddress.Of(context.Request, options);
        var body = Discovery.Rewrite(reply.Body, $"{self.WebSocketOrigin}/sessions/{found.Session.Id}", at.Address);
        context.Response.StatusCode = reply.Status;
        context.Response.ContentType = reply.ContentType;
        context.Response.ContentLength = body.Length;
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

        await using var client = await Upgrade.AcceptAsync(context, browser.Headers);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(found.Session.Ended, lifetime.ApplicationStopping);
        logger.LogInformation("Session {Id}: a client attached", found.Session.Id);
        await new Tunnel(client, browser).RunAsync(() => FarewellAsync(found.Session), over.Token);
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
            await Problem.SessionNotFoundAsync(context, session.EndReason ?? EndReason.WorkerLost);
            return null;
        }

        var (address, error) = await CdpAddress.FindAsync(placement);
        if (address is not null)
            return (placement, address);
        if (error == WorkerError.None)
            await Problem.WriteAsync(context, StatusCodes.Status501NotImplemented, "This session's worker has no browser to attach to: it serves no /json/version. Run with --worker chromium.");
        else
            await Problem.WriteAsync(context, StatusCodes.Status502BadGateway, $"The session's worker did not tell its DevTools address: {error}.");
        return null;
    }

    private async Task<DevToolsSocket?> OpenAsync(HttpContext context, CdpAddress address, string path)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        deadline.CancelAfter(options.WorkerTimeout);
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
            await Task.Delay(ReasonTime, session.Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
