using System.Text;
using System.Text.Json.Nodes;
using Steelyard.Cdp;
using Steelyard.Http;
using Steelyard.Pool;
using Steelyard.Sessions;
using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Dialects.Connect;

/// <summary>
/// DevTools targets at the root, as if all sessions of a caller were one browser. A caller without sessions is shown one page that becomes
/// a session when it is used: some clients, such as chromedriver, wait until there is a page.
/// </summary>
public sealed class RootTargetsDialect(
    SessionTargets targets,
    TemporarySessions temporary,
    SessionCalls calls,
    Attacher attacher,
    RootDiscovery discovery,
    WorkerCommand command,
    Options options) : IDialect
{
    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var path in new[] { "/json", "/json/list" })
        {
            routes.MapMethods(path, Discovery.Verbs, discovery.OrSocket(path, ListAsync))
                .Reads();
        }

        routes.MapPut("/json/new", discovery.OrSocket("/json/new", NewAsync)).Creates();
        routes.MapMethods(
            "/json/activate/{target}",
            Discovery.Verbs,
            discovery.OrSocket("/json/activate", context => ForwardAsync(context, "activate")))
            .Changes();
        routes.MapMethods(
            "/json/close/{target}",
            Discovery.Verbs,
            discovery.OrSocket("/json/close", context => ForwardAsync(context, "close")))
            .Changes();
        routes.MapGet("/devtools/page/{target}", AttachAsync)
            .Connects();
    }

    private async Task ListAsync(HttpContext context)
    {
        if (ConnectQuery.SessionId(context.Request.Query) is { } id)
        {
            using var activity = calls.Begin(id, context.Caller(), out var session);
            var pages = await targets.AskAsync(context, session, "GET", "/json/list") ?? throw PoolUnavailableException.NoConnection();
            await WriteAsync(context, pages.Select(target => target.Json));
            return;
        }

        var (found, isComplete) = await targets.ListAsync(context);
        if (TargetElsewhere.AskedIn(context) is { } asked)
        {
            found.RemoveAll(each => each.Target.Id != asked);
            if (found.Count == 0 && !isComplete)
                throw PoolUnavailableException.NoConnection();
            await WriteAsync(context, found.Select(each => each.Target.Json));
            return;
        }

        var list = found.ConvertAll(each => each.Target.Json);
        if (list.Count == 0 && isComplete && command.Kind == WorkerKind.Chromium)
            list.Add(PageOfNewSession(context).ToJsonString());
        await WriteAsync(context, list);
    }

    private static Task WriteAsync(HttpContext context, IEnumerable<string> list) =>
        SessionTargets.WriteAsync(context, $"[{string.Join(',', list)}]");

    private JsonObject PageOfNewSession(HttpContext context) => new()
    {
        ["description"] = "",
        ["id"] = NewSessionPage.Id,
        ["title"] = "A session that begins when this page is used",
        ["type"] = "page",
        ["url"] = "about:blank",
        ["webSocketDebuggerUrl"] =
            $"{PublicAddress.Of(context.Request, options).WebSocketOrigin}/devtools/page/{NewSessionPage.Id}{context.WholeQuery()}",
    };

    private Task NewAsync(HttpContext context)
    {
        var url = context.Request.QueryString.Value is { Length: > 1 } query ? query : null;
        context.Request.QueryString = default; // It is the page's address, not an option of the session.
        return temporary.OpenAsync(context, url);
    }

    private async Task ForwardAsync(HttpContext context, string verb)
    {
        if (Target(context) == NewSessionPage.Id)
        {
            await context.Response.WriteWholeAsync(
                Discovery.Text, Encoding.ASCII.GetBytes(verb == "close" ? "Target is closing" : "Target activated"));
            return;
        }

        if (await FindOwnerAsync(context) is not { } session)
            return;

        using var activity = calls.Begin(session.Id.ToString(), context.Caller(), out session);
        var placement = await calls.PlaceAsync(session);
        using var reply = await SessionCalls.DiscoverAsync(
            session, placement, "GET", $"/json/{verb}/{Uri.EscapeDataString(Target(context))}");
        if (reply.IsSuccess)
            await context.Response.WriteWholeAsync(Discovery.Text, reply.Body);
        else if (reply.Status == StatusCodes.Status404NotFound)
            await WriteUnknownAsync(context);
        else
            await Problem.WriteAsync(context, StatusCodes.Status502BadGateway, $"The session's worker failed at /json/{verb}: {reply}.");
    }

    private async Task AttachAsync(HttpContext context)
    {
        if (await Attacher.RefusesAsync(context))
            return;
        if (ConnectQuery.SessionId(context.Request.Query) is not null)
            throw FieldException.Bad("sessionId", "left out here; a session's pages are at /sessions/ID/devtools/page");
        if (Target(context) == NewSessionPage.Id)
        {
            await temporary.AttachAsync(context, toPage: true);
        }
        else if (await FindOwnerAsync(context) is { } owner)
        {
            using var activity = calls.Begin(owner.Id.ToString(), context.Caller(), out var session);
            await attacher.AttachAsync(context, session, activity, $"/devtools/page/{Uri.EscapeDataString(Target(context))}");
        }
    }

    // Returns null when the client has an answer: of another node, or that nobody has the target. Throws when the target may belong to a
    // session that cannot be asked now.
    private async Task<Session?> FindOwnerAsync(HttpContext context)
    {
        var (found, isComplete) = await targets.ListAsync(context);
        if (found.Find(each => each.Target.Id == Target(context)).Session is { } owner)
            return owner;
        if (context.Features.Get<TargetElsewhere>() is { } others && await others.TrySendAsync(Target(context)))
            return null;
        if (!isComplete)
            throw PoolUnavailableException.NoConnection();
        await WriteUnknownAsync(context);
        return null;
    }

    private static string Target(HttpContext context) => (string)context.Request.RouteValues["target"]!;

    private static Task WriteUnknownAsync(HttpContext context) => Problem.WriteAsync(
        context, StatusCodes.Status404NotFound, "None of your sessions has this target. GET /json/list shows the targets.", "not_found");
}
