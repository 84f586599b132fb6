using Steelyard.Cdp;
using Steelyard.Http;
using Steelyard.Sessions;

namespace Steelyard.Dialects.Connect;

/// <summary>
/// One address for everything: a WebSocket to the root, or to browserless's <c>/chromium</c>, attaches to the session named in the query.
/// Without a name, it creates a session that lasts as long as the connection.
/// </summary>
public sealed class ConnectDialect(SessionCalls calls, Attacher attacher, TemporarySessions temporary) : IDialect
{
    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var path in new[] { "/", "/chromium", "/chrome" })
            routes.MapGet(path, ConnectAsync).Connects().CreatesAsSocket();
    }

    private async Task ConnectAsync(HttpContext context)
    {
        // A path with .., such as /sessions/.., ends here, too. A request that is not for a WebSocket finds nothing here.
        if (context.Request.Path == "/" && !Upgrade.IsAsked(context.Request))
        {
            if (context.Request.Headers["Sec-Fetch-Dest"] == "document")
            {
                context.Response.Redirect($"{DashboardCookie.Dashboard}/"); // A person with a browser.
                return;
            }

            await Problem.WriteAsync(
                context,
                StatusCodes.Status404NotFound,
                "There is nothing to read here: connect a CDP client (WebSocket), or POST /sessions. /openapi.json describes all calls.",
                "not_found");
            return;
        }

        if (await Attacher.RefusesAsync(context))
            return;
        if (ConnectQuery.SessionId(context.Request.Query) is not { } id)
        {
            await temporary.AttachAsync(context, toPage: false);
            return;
        }

        using var activity = calls.Begin(id, context.Caller(), out var session);
        await attacher.AttachAsync(context, session, activity, null);
    }
}
