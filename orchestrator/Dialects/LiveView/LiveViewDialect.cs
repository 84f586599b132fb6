using System.Text.Json.Serialization;
using Steelyard.Cdp;
using Steelyard.Http;
using Steelyard.LiveView;
using Steelyard.Requests;
using Steelyard.Sessions;

namespace Steelyard.Dialects.LiveView;

/// <summary>
/// The live view of a session: a page for people, and at the same address the WebSocket through which the page shows and controls the
/// browser. Watching is not activity: a session that is only watched expires.
/// </summary>
public sealed class LiveViewDialect(SessionRegistry sessions, SessionCalls calls, LiveViewLinks links, Attacher attacher) : IDialect
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/live/{id}/{proof}", ViewAsync).Connects();

    private Task ViewAsync(HttpContext context)
    {
        if (!SessionId.TryParse((string?)context.Request.RouteValues["id"], out var id)
            || !links.IsValid(id, (string?)context.Request.RouteValues["proof"]))
            return Problem.SessionNotFoundAsync(context, null);

        var session = sessions.FindLive(id);

        // The page itself reports that a session has ended: it is often shown in a frame, where a problem reply does not help. Its script
        // requests the reason as JSON.
        if (!Upgrade.IsAsked(context.Request) && context.Request.Headers.Accept != "application/json")
            return LiveViewPage.WriteAsync(context, session is null || IsInteractive(session));
        if (session is null)
            return Problem.SessionNotFoundAsync(context, sessions.FindEnded(id)?.End);
        return Upgrade.IsAsked(context.Request) ? ConnectAsync(context, session) : DescribeAsync(context, session);
    }

    // For the page: which session it is, how long it has, and that there is something to see.
    private async Task DescribeAsync(HttpContext context, Session session)
    {
        await calls.PlaceWithExtrasAsync(session, "live view");
        await context.Response.WriteShortJsonAsync(
            new(session.Id.ToString(), Math.Round(session.View().Remaining.TotalSeconds, 1)), LiveJson.Default.LiveReply);
    }

    private async Task ConnectAsync(HttpContext context, Session session)
    {
        var placement = await calls.PlaceWithExtrasAsync(session, "live view");
        await attacher.AttachToWorkerAsync(context, session, placement, placement.Lease.SessionPath + "/live" + QueryFor(context, session));
    }

    // The creator of the session decides whether viewers may control it; if they may, each viewer decides whether to. The query is
    // rebuilt, because with duplicate names the worker would decide which one counts.
    private static string QueryFor(HttpContext context, Session session)
    {
        if (IsInteractive(session))
            return context.Request.QueryString.ToString();
        var query = QueryString.Create("interactive", "false");
        return (context.Request.Query["tab"] is [{ Length: > 0 } tab] ? query.Add("tab", tab) : query).ToString();
    }

    private static bool IsInteractive(Session session) => SteelFacts.Of(session.Request).IsInteractive;
}

/// <summary>What the live view's page knows of its session.</summary>
/// <param name="RemainingSeconds">Time until it ends if nobody uses it.</param>
internal sealed record LiveReply(string Id, double RemainingSeconds);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LiveReply))]
internal sealed partial class LiveJson : JsonSerializerContext;
