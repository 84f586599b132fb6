using System.Text;
using Steelyard.Cdp;
using Steelyard.Http;
using Steelyard.Machine;
using Steelyard.Pool;
using Steelyard.Requests;
using Steelyard.Sessions;
using Steelyard.Settings;
using Steelyard.WorkerHttp;
using Steelyard.Workers;

namespace Steelyard.Dialects.Connect;

/// <summary>
/// One address for everything: a WebSocket to the root, or to browserless's <c>/chromium</c>, attaches to the session named in the query.
/// Without a name, it creates a session that lasts as long as the connection. DevTools discovery at the root leads there, too.
/// </summary>
public sealed class ConnectDialect(
    SessionService sessions,
    SessionCalls calls,
    Attacher attacher,
    CreateParser parser,
    WorkerPool pool,
    WorkerProtocol workers,
    Options options) : IDialect
{
    private const int MostAsked = 8;
    private const int MostListed = 8 << 20; // Bytes, for the pages of all sessions together.

    private readonly SemaphoreSlim turns = new(DescriptorBudget.ListCalls);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", ConnectAsync)
            .WithSummary("Connect a CDP client (WebSocket): to ?sessionId=, or to a session that lasts as long as the connection")
            .Connects();
        routes.MapGet("/chromium", ConnectAsync).WithSummary("The same as /, for clients of browserless").Connects();
        routes.MapGet("/chrome", ConnectAsync).WithSummary("The same as /, for clients of browserless").Connects();
        routes.MapGet("/json/version", Discover("/json/version", VersionAsync))
            .WithSummary("DevTools discovery: connecting creates a session")
            .Reads();
        routes.MapGet("/json", Discover("/json", ListAsync)).WithSummary("The pages of all sessions").Reads();
        routes.MapGet("/json/list", Discover("/json/list", ListAsync)).WithSummary("The pages of all sessions").Reads();
        routes.MapPut("/json/new", Discover("/json/new", NewAsync)).WithSummary("Create a session and return its page");
    }

    // Where workers have only a browser's WebSocket and no discovery, all that can be discovered is the address of that WebSocket.
    private RequestDelegate Discover(string path, RequestDelegate handler) => workers.BrowserPath is null ? handler : context =>
        RootDiscovery.WriteAsync(context, path, $"{PublicAddress.Of(context.Request, options).WebSocketOrigin}/");

    private async Task ConnectAsync(HttpContext context)
    {
        // A path with .., such as /sessions/.., ends here, too. A request that is not for a WebSocket finds nothing here.
        if (context.Request.Path == "/" && !Upgrade.IsAsked(context.Request))
        {
            await Problem.WriteAsync(
                context,
                StatusCodes.Status404NotFound,
                "There is nothing to read here: connect a CDP client (WebSocket), or POST /sessions. /openapi.json describes all calls.",
                "not_found");
            return;
        }

        if (await Attacher.RefusesAsync(context))
            return;
        if (context.Request.Query["sessionId"] is not [{ Length: > 0 } id])
        {
            await ConnectNewAsync(context);
            return;
        }

        using var activity = calls.Begin(id, context.Caller(), out var session);
        await attacher.AttachAsync(context, session, null);
    }

    private async Task ConnectNewAsync(HttpContext context)
    {
        using var created = await CreateAsync(context);
        created.Reply.Dispose(); // Nobody reads the worker's reply: free its connection before the client disconnects.
        try
        {
            await attacher.AttachAsync(context, created.Session, null);
        }
        finally
        {
            sessions.End(created.Session, EndReason.Deleted, "its client disconnected");
        }
    }

    private Task<CreatedSession> CreateAsync(HttpContext context) => sessions.CreateAsync(
        parser.Parse(ConnectQuery.Read(context.Request.Query), context.Caller()), context.RequestAborted);

    private async Task VersionAsync(HttpContext context)
    {
        // Any worker can answer, except one that is just preparing its next browser.
        var canAttach = false;
        foreach (var worker in pool.Workers().Where(worker => worker.State is WorkerState.Ready or WorkerState.Leased).Take(MostAsked))
        {
            using var reply = await worker.Client.DiscoverAsync("GET", "/json/version");
            canAttach |= reply.Status != StatusCodes.Status404NotFound;
            if (!reply.IsSuccess || !Discovery.TryLead(
                reply.Body.Span, $"{PublicAddress.Of(context.Request, options).WebSocketOrigin}/{context.KeyQuery()}", out var version))
                continue;
            await WriteAsync(context, version);
            return;
        }

        if (canAttach || pool.Status() is { Ready: 0, Leased: 0 })
            await Problem.UnavailableAsync(context, PoolUnavailableException.NoneReady());
        else
            await Problem.WriteAsync(
                context,
                StatusCodes.Status501NotImplemented,
                "These workers have no browser to attach to: they do not serve /json/version. Run the node with --worker chromium.");
    }

    private async Task ListAsync(HttpContext context)
    {
        var caller = context.Caller();
        var mine = sessions.Live
            .Where(session => session.EndReason is null && !session.IsOver() && caller.Sees(session.Request.Holder))
            .ToList();

        // A page decides how long its address is. A session whose pages take more than its share is left out here; they are listed at
        // /sessions/ID/json/list.
        var share = MostListed / Math.Max(1, mine.Count);
        var lists = new IReadOnlyList<DevToolsTarget>?[mine.Count];
        await Parallel.ForAsync(
            0,
            mine.Count,
            new ParallelOptions { MaxDegreeOfParallelism = MostAsked, CancellationToken = context.RequestAborted },
            async (i, _) =>
                lists[i] = await TurnAsync(() => TargetsAsync(context, mine[i], "GET", "/json/list", share), context.RequestAborted));
        await WriteAsync(context, $"[{string.Join(',', lists.SelectMany(list => list ?? []).Select(target => target.Json))}]");
    }

    private async Task NewAsync(HttpContext context)
    {
        var url = context.Request.QueryString.Value is { Length: > 1 } query ? query : null;
        context.Request.QueryString = default; // It is the page's address, not an option of the session.
        using var created = await CreateAsync(context);
        var isTold = false;
        try
        {
            isTold = await TellPageAsync(context, created.Session, url) && !context.RequestAborted.IsCancellationRequested;
        }
        finally
        {
            if (!isTold)
                sessions.End(created.Session, EndReason.Deleted, "its client was not told of it");
        }
    }

    // Returns false when there is no page: the client has then been told.
    private async Task<bool> TellPageAsync(HttpContext context, Session session, string? url)
    {
        if (await attacher.AddressAsync(context, session) is null)
            return false;
        var targets = await TargetsAsync(context, session, url is null ? "GET" : "PUT", url is null ? "/json/list" : "/json/new" + url);
        if (targets?.FirstOrDefault(target => url is not null || target.Type == "page") is { } page)
            await WriteAsync(context, page.Json);
        else
            await Problem.WriteAsync(context, StatusCodes.Status502BadGateway, "The session's browser did not report its page. Retry.");
        return context.Response.StatusCode == StatusCodes.Status200OK;
    }

    // Each call takes a connection to a worker in addition to the client's own, so the number of calls at a time is limited.
    private async Task<T> TurnAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        await turns.WaitAsync(cancellationToken);
        try
        {
            return await ask();
        }
        finally
        {
            turns.Release();
        }
    }

    // Returns null when the session has ended, or its browser does not answer, gives an invalid answer, or one of more than `most` bytes.
    private async Task<IReadOnlyList<DevToolsTarget>?> TargetsAsync(
        HttpContext context, Session session, string method, string path, int most = int.MaxValue)
    {
        if (await session.TryPlaceAsync(options.WorkerTimeout) is not { } placement
            || (await CdpAddress.FindAsync(placement)).Address is not { } address)
            return null;
        using var reply = await placement.Worker.Client.DiscoverAsync(method, path);
        if (!reply.IsSuccess || reply.Body.Length > most || !session.IsOn(placement))
            return null;
        var prefix = $"{PublicAddress.Of(context.Request, options).WebSocketOrigin}/sessions/{session.Id}";
        return DevToolsTarget.Parse(Discovery.Rewrite(reply.Body, prefix, context.KeyQuery(), address).Span);
    }

    private static Task WriteAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json; charset=UTF-8";
        var body = Encoding.UTF8.GetBytes(json);
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body).AsTask();
    }
}
