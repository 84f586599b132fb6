using Steelyard.Cdp;
using Steelyard.Http;
using Steelyard.LiveView;
using Steelyard.Requests;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Dialects.LiveView;

/// <summary>
/// The live view of a session: its page for people, and at the same address the WebSocket through which the page sees and acts. Looking on
/// is no activity: a session that is only watched expires.
/// </summary>
public sealed class LiveViewDialect(SessionService sessions, LiveViewLinks links, Attacher attacher, Options options) : IDialect
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/live/{id}/{proof}", ViewAsync).WithSummary("The live view: a page, and its WebSocket").Connects();

    private Task ViewAsync(HttpContext context)
    {
        if (!SessionId.TryParse((string?)context.Request.RouteValues["id"], out var id) || !links.IsValid(id, (string?)context.Request.RouteValues["proof"]))
            return Problem.SessionNotFoundAsync(context, null);

        var session = sessions.FindLive(id);

        // The page says by itself that a session has ended: it is in somebody's frame, where a problem reply helps nobody. Its script asks
        // why.
        if (!Upgrade.IsAsked(context.Request) && context.Request.Headers.Accept != "application/json")
            return LiveViewPage.WriteAsync(context, session is null || IsInteractive(session));
        if (session is null)
            return Problem.SessionNotFoundAsync(context, sessions.FindEnded(id)?.End);
        return Upgrade.IsAsked(context.Request) ? ConnectAsync(context, session) : context.Response.WriteAsync("live");
    }

    private async Task ConnectAsync(HttpContext context, Session session)
    {
        if (await session.TryPlaceAsync(options.WorkerTimeout) is not { } placement)
            await Problem.SessionGoneAsync(context, session);
        else if (!placement.Worker.HasExtras)
            await Problem.WriteAsync(context, StatusCodes.Status501NotImplemented, "These workers have no live view. Run the node with --worker chromium.");
        else
            await attacher.AttachToWorkerAsync(context, session, placement, placement.Lease.SessionPath + "/live" + QueryFor(context, session));
    }

    // Who created the session decides whether anybody may take over; who looks on, whether to. Names that come twice would leave it to the
    // worker.
    private static string QueryFor(HttpContext context, Session session)
    {
        if (IsInteractive(session))
            return context.Request.QueryString.ToString();
        var query = QueryString.Create("interactive", "false");
        return (context.Request.Query["tab"] is [{ Length: > 0 } tab] ? query.Add("tab", tab) : query).ToString();
    }

    private static bool IsInteractive(Session session) => SteelRequest.Of(session.Request).IsInteractive;
}
