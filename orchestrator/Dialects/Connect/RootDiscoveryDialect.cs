using Steelyard.Cdp;
using Steelyard.Http;
using Steelyard.Machine;
using Steelyard.Pool;
using Steelyard.Sessions;
using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Dialects.Connect;

/// <summary>DevTools discovery at the root: as if all sessions were one browser, whose WebSocket is the root.</summary>
public sealed class RootDiscoveryDialect(
    SessionRegistry sessions, SessionTargets targets, WorkerPool pool, RootDiscovery discovery, Options options) : IDialect
{
    private const int MostAsked = 8;
    private const int MostListed = 8 << 20; // Bytes, for the pages of all sessions together.

    private readonly SemaphoreSlim turns = new(DescriptorBudget.ListCalls);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/json/version", discovery.OrSocket("/json/version", VersionAsync))
            .WithSummary("DevTools discovery: connecting creates a session")
            .Reads();
        foreach (var path in new[] { "/json", "/json/list" })
            routes.MapGet(path, discovery.OrSocket(path, ListAsync)).WithSummary("The pages of all sessions").Reads();
    }

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
            await SessionTargets.WriteAsync(context, version);
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
                lists[i] = await TurnAsync(() => FindAsync(context, mine[i], share), context.RequestAborted));
        var found = lists.SelectMany(list => list ?? []).Select(target => target.Json);
        await SessionTargets.WriteAsync(context, $"[{string.Join(',', found)}]");
    }

    // Returns null for a session that cannot be asked now: the other sessions are listed.
    private async Task<IReadOnlyList<DevToolsTarget>?> FindAsync(HttpContext context, Session session, int most)
    {
        try
        {
            return await targets.FindAsync(context, session, "GET", "/json/list", most);
        }
        catch (Exception e) when (e is SessionGoneException or PoolUnavailableException)
        {
            return null;
        }
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
}
