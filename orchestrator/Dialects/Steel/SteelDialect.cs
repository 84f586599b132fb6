using Steelyard.Http;
using Steelyard.Requests;
using Steelyard.Sessions;

namespace Steelyard.Dialects.Steel;

/// <summary>The session calls of steel-sdk: create, retrieve, list, release.</summary>
public sealed class SteelDialect(
    SessionRegistry sessions,
    SessionCreator creator,
    ChosenIds chosenIds,
    CreateParser parser,
    SessionLister lister,
    SessionDescriber describer,
    RequestBodies bodies) : IDialect
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/health", context => context.Response.WriteShortJsonAsync(new("ok"), SteelJson.Default.SteelHealth))
            .Reads();
        routes.MapPost("/v1/sessions", CreateAsync).Creates();
        routes.MapGet("/v1/sessions", ListAsync).Reads();
        routes.MapGet("/v1/sessions/{id}", RetrieveAsync).Reads();
        routes.MapPost("/v1/sessions/release", ReleaseAllAsync);
        routes.MapPost("/v1/sessions/{id}/release", ReleaseAsync);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var body = await bodies.ReadContextAsync(context.Request);
        var request = parser.Parse(body, context.Caller());
        try
        {
            var session = request.ChosenId is { } id
                ? await chosenIds.CreateAsync(request, id, context.RequestAborted)
                : await CreateOnceAsync(request, context.RequestAborted);
            await context.Response.WriteShortJsonAsync(describer.Describe(session, context.Request), SteelJson.Default.SteelSession);
        }
        catch (IdConflictException e)
        {
            context.Response.Headers[Problem.ShouldRetry] = "false";
            await Problem.WriteAsync(context, StatusCodes.Status409Conflict, e.Message);
        }
    }

    // Ends the session when the client has left before the reply: the client would not know of the session.
    private async Task<Session> CreateOnceAsync(SteelRequest request, CancellationToken left)
    {
        using var created = await creator.CreateAsync(request, left);
        if (left.IsCancellationRequested)
            sessions.End(created.Session, EndReason.Deleted, "its client left before the reply");
        return created.Session;
    }

    private async Task RetrieveAsync(HttpContext context)
    {
        var id = (string?)context.Request.RouteValues["id"];
        if (sessions.Find(id, context.Caller(), out var activity, out var reason) is { } session)
        {
            using (activity)
            {
                var usage = await describer.AskUsageAsync(session);
                reason = session.End; // The session may have ended while its worker was asked.
                if (reason is null)
                {
                    await context.Response.WriteShortJsonAsync(
                        describer.Describe(session, context.Request, usage), SteelJson.Default.SteelSession);
                    return;
                }
            }
        }

        if (await sessions.FindEndedAsync(id.AsMemory(), context.Caller()) is { } ended)
            await context.Response.WriteShortJsonAsync(describer.Describe(ended, context.Request), SteelJson.Default.SteelSession);
        else
            await Problem.SessionNotFoundAsync(context, reason);
    }

    private async Task ListAsync(HttpContext context)
    {
        var query = ListQuery.Parse(context.Request.Query);
        await context.Response.WriteAsJsonAsync(
            await lister.ListAsync(query, context.Caller(), context.Request), SteelJson.Default.SteelList);
    }

    private async Task ReleaseAsync(HttpContext context)
    {
        var id = (string?)context.Request.RouteValues["id"];
        if (sessions.Find(id, context.Caller(), out var activity, out var reason) is { } session)
        {
            using (activity)
            {
                await describer.AskUsageAsync(session);
                sessions.End(session, EndReason.Deleted, $"released {context.Caller().By(session.Request.Holder)}");
            }
        }
        else if (await sessions.FindEndedAsync(id.AsMemory(), context.Caller()) is null)
        {
            await Problem.SessionNotFoundAsync(context, reason);
            return;
        }

        // Success also for a session that had ended already: a client may retry because the first reply was lost.
        await context.Response.WriteShortJsonAsync(new(true, "Session released"), SteelJson.Default.SteelSuccess);
    }

    private Task ReleaseAllAsync(HttpContext context)
    {
        var caller = context.Caller();
        var released = sessions.Live.Where(session => session.Request.Holder == caller.Name)
            .Count(session => sessions.End(session, EndReason.Deleted, "released with all others by its client"));
        return context.Response.WriteShortJsonAsync(new(true, $"{released} sessions released"), SteelJson.Default.SteelSuccess);
    }
}
