using Steelyard.Sessions;

namespace Steelyard.Api.Steel;

/// <summary>Lists live and ended sessions, newest first.</summary>
internal sealed class SessionLister(SessionService sessions, SessionDescriber describer)
{
    public SteelList List(ListQuery query, Caller caller, HttpRequest request)
    {
        // Or they would be neither live nor remembered.
        foreach (var session in sessions.Live)
            sessions.EndIfOver(session);

        // Live ones first: one that ends in between is seen twice rather than not at all, and counted once.
        var all = sessions.Live.Where(session => session.EndReason is null && !session.IsOver())
            .Select(session => new Entry(session.Id, session.Request, session.CreatedAt, session, null))
            .Concat(sessions.Ended.Select(ended => new Entry(ended.Id, ended.Request, ended.CreatedAt, null, ended)))
            .Where(entry => caller.Sees(entry.Request.Holder))
            .DistinctBy(entry => entry.Id)
            .OrderByDescending(entry => entry.CreatedAt).ThenBy(entry => entry.Id.Value)
            .ToList();

        // The session at the cursor need not match any more: people release what they list while they list it.
        var start = query.Cursor is null ? 0 : SessionId.TryParse(query.Cursor, out var cursor) ? all.FindIndex(entry => entry.Id == cursor) + 1 : 0;
        var behind = query.Cursor is not null && start == 0 ? [] : all.Skip(start).Where(entry => Matches(entry, query)).Take(query.Limit + 1).ToList();
        var page = behind.Take(query.Limit).ToList();
        return new(page.ConvertAll(entry => Describe(entry, request)), behind.Count > page.Count ? page[^1].Id.ToString() : null, all.Count(entry => Matches(entry, query)));
    }

    private SteelSession Describe(Entry entry, HttpRequest request) => entry.Ended is { } ended ? describer.Describe(ended, request) : describer.Describe(entry.Live!, request, entry.Live!.Usage);

    private static bool Matches(Entry entry, ListQuery query) =>
        (query.Status is null || query.Status == SessionDescriber.Status(entry.Ended?.Reason))
        && query.Metadata.All(wanted => entry.Request.Metadata.TryGetValue(wanted.Key, out var value) && value == wanted.Value);

    private sealed record Entry(SessionId Id, SessionRequest Request, DateTimeOffset CreatedAt, Session? Live, EndedSession? Ended);
}
