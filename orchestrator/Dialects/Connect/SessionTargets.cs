using System.Text;
using Steelyard.Cdp;
using Steelyard.Http;
using Steelyard.Machine;
using Steelyard.Pool;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Dialects.Connect;

/// <summary>The DevTools targets of sessions, such as their pages, with addresses that lead through this node.</summary>
public sealed class SessionTargets(SessionRegistry sessions, SessionCalls calls, CdpAddresses addresses, Options options)
{
    private const int MostAsked = 8;
    private const int MostListed = 8 << 20; // Bytes, for the pages of all sessions together.

    // Each call takes a connection to a worker in addition to the client's own, so the number of calls at a time is limited.
    private readonly SemaphoreSlim turns = new(DescriptorBudget.ListCalls);

    /// <summary>
    /// Asks the session's browser. Returns null when it does not answer, or gives an invalid answer, or one of more than
    /// <paramref name="most"/> bytes. Throws what <see cref="SessionCalls"/> throws.
    /// </summary>
    internal async Task<IReadOnlyList<DevToolsTarget>?> AskAsync(
        HttpContext context, Session session, string method, string path, int most = int.MaxValue)
    {
        var placement = await calls.PlaceAsync(session);
        if ((await addresses.FindAsync(placement)).Address is not { } address)
            return null;
        using var reply = await SessionCalls.DiscoverAsync(session, placement, method, path);
        if (!reply.IsSuccess || reply.Body.Length > most)
            return null;
        var prefix = $"{PublicAddress.Of(context.Request, options).WebSocketOrigin}/sessions/{session.Id}";
        return DevToolsTarget.Parse(Discovery.Rewrite(reply.Body, prefix, context.KeyQuery(), address).Span);
    }

    /// <summary>The session's first page; null when it has none, or cannot be asked.</summary>
    internal async Task<DevToolsTarget?> FindPageAsync(HttpContext context, Session session) =>
        (await AskAsync(context, session, "GET", "/json/list"))?.FirstOrDefault(target => target.Type == "page");

    /// <summary>
    /// The targets of all sessions of the caller. Sessions that cannot be asked now are left out, and the list is not complete then.
    /// </summary>
    internal async Task<(List<(Session Session, DevToolsTarget Target)> Found, bool IsComplete)> ListAsync(HttpContext context)
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
            async (i, cancelled) => lists[i] = await TryListAsync(context, mine[i], share, cancelled));
        return (
            [.. mine.Zip(lists).SelectMany(pair => (pair.Second ?? []).Select(target => (pair.First, target)))],
            !lists.Contains(null));
    }

    internal static Task WriteAsync(HttpContext context, string json) =>
        context.Response.WriteWholeAsync("application/json; charset=UTF-8", Encoding.UTF8.GetBytes(json));

    private async Task<IReadOnlyList<DevToolsTarget>?> TryListAsync(
        HttpContext context, Session session, int most, CancellationToken cancellationToken)
    {
        await turns.WaitAsync(cancellationToken);
        try
        {
            return await AskAsync(context, session, "GET", "/json/list", most);
        }
        catch (Exception e) when (e is SessionGoneException or PoolUnavailableException)
        {
            return null;
        }
        finally
        {
            turns.Release();
        }
    }
}
