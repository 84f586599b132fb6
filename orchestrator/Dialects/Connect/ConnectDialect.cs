using Steelyard.Cdp;
using Steelyard.Http;
using Steelyard.Requests;
using Steelyard.Sessions;

namespace Steelyard.Dialects.Connect;

/// <summary>
/// One address for everything: a WebSocket to the root, or to browserless's <c>/chromium</c>, attaches to the session named in the query.
/// Without a name, it creates a session that lasts as long as the connection.
/// </summary>
public sealed class ConnectDialect(
    SessionRegistry sessions,
    SessionCreator creator,
    SessionCalls calls,
    Attacher attacher,
    CreateParser parser,
    SessionTargets targets,
    RootDiscovery discovery) : IDialect
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", ConnectAsync)
            .WithSummary("Connect a CDP client (WebSocket): to ?sessionId=, or to a session that lasts as long as the connection")
            .Connects();
        routes.MapGet("/chromium", ConnectAsync).WithSummary("The same as /, for clients of browserless").Connects();
        routes.MapGet("/chrome", ConnectAsync).WithSummary("The same as /, for clients of browserless").Connects();
        routes.MapPut("/json/new", discovery.OrSocket("/json/new", NewAsync)).WithSummary("Create a session and return its page");
    }

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

    private Task<CreatedSession> CreateAsync(HttpContext context) => creator.CreateAsync(
        parser.Parse(ConnectQuery.Read(context.Request.Query), context.Caller()), context.RequestAborted);

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
        var found = await targets.FindAsync(
            context, session, url is null ? "GET" : "PUT", url is null ? "/json/list" : "/json/new" + url);
        if (found?.FirstOrDefault(target => url is not null || target.Type == "page") is { } page)
            await SessionTargets.WriteAsync(context, page.Json);
        else
            await Problem.WriteAsync(context, StatusCodes.Status502BadGateway, "The session's browser did not report its page. Retry.");
        return context.Response.StatusCode == StatusCodes.Status200OK;
    }
}
