using Steelyard.History;
using Steelyard.Http;
using Steelyard.Sessions;

namespace Steelyard.Dialects.Steel;

/// <summary>Lists live and ended sessions, newest first.</summary>
public sealed class SessionLister(SessionRegistry sessions, SessionHistory history, SessionDescriber describer)
{
    private static readonly Comparer<Entry> InOrder = Comparer<Entry>.Create((one, other) =>
        one.CreatedAt == other.CreatedAt ? one.Id.Value.CompareTo(other.Id.Value) : other.CreatedAt.CompareTo(one.CreatedAt));

    /// <summary>Throws what <see cref="SessionHistory.PageAsync"/> throws.</summary>
    internal async Task<SteelList> ListAsync(ListQuery query, Caller caller, HttpRequest request)
    {
        // Otherwise expired sessions would be neither live nor in the history.
        foreach (var session in sessions.Live)
            sessions.EndIfOver(session);

        // Live sessions are read first: a session that ends in between is then found twice instead of not at all, and counted once.
        var live = sessions.Live.Where(session => session.EndReason is null && !session.IsOver())
            .Select(session => new Entry(session.Id, session.Request, session.CreatedAt, session, null)).ToList();
        var (ended, before) = history.Remembered();
        var inMemory = live.Concat(ended.Select(Entry.Of))
            .Where(entry => caller.Sees(entry.Request.Holder) && Matches(entry, query))
            .DistinctBy(entry => entry.Id)
            .ToList();

        var after = query.Cursor is null ? query.After : await FindAsync(query.Cursor, caller);
        var onDisk = await ReadAsync(query, caller, before, after, request.HttpContext.RequestAborted);
        var total = inMemory.Count + onDisk.Count;
        if (query.Cursor is not null && after is null)
            return new([], null, total);
        var behind = inMemory.Where(entry => after is null || IsAfter(entry, after))
            .Concat(onDisk.Sessions.Select(Entry.Of))
            .DistinctBy(entry => entry.Id)
            .Order(InOrder)
            .Take(query.Limit + 1)
            .ToList();
        var page = behind.Take(query.Limit).ToList();
        return new(
            page.ConvertAll(entry => Describe(entry, request)),
            behind.Count > page.Count ? page[^1].Id.ToString() : null,
            total,
            request.HttpContext.IsPart() ? after?.ToString() : null);
    }

    // The session at the cursor need not match the query any more: clients release sessions while they list them.
    private async Task<HistoryPlace?> FindAsync(string cursor, Caller caller)
    {
        if (!SessionId.TryParse(cursor, out var id))
            return null;
        var found = sessions.FindLive(id) is { } session ? new(id, session.Request, session.CreatedAt, session, null)
            : await history.FindAsync(id, caller.Name) is { } ended ? Entry.Of(ended)
            : null;
        return found is not null && caller.Sees(found.Request.Holder) ? found.Place : null;
    }

    private Task<(IReadOnlyList<EndedSession> Sessions, int Count)> ReadAsync(
        ListQuery query, Caller caller, long before, HistoryPlace? after, CancellationToken left)
    {
        if (query.Status == SessionDescriber.Status(null))
            return Task.FromResult<(IReadOnlyList<EndedSession>, int)>(([], 0));
        return history.PageAsync(new(before, query.Limit + 1)
        {
            Holder = caller.IsOperator ? null : caller.Name,
            Reasons = query.Status is null
                ? null
                : [.. Enum.GetValues<EndReason>()
                    .Where(reason => SessionDescriber.Status(reason) == query.Status)
                    .Select(EndReasons.Name)],
            Metadata = query.Metadata,
            After = after,
        }, caller.Name, left);
    }

    private SteelSession Describe(Entry entry, HttpRequest request)
    {
        var session = entry.Ended is { } ended
            ? describer.Describe(ended, request)
            : describer.Describe(entry.Live!, request, entry.Live!.Usage);
        return request.HttpContext.IsPart() ? session with { Place = entry.Place.ToString() } : session;
    }

    private static bool IsAfter(Entry entry, HistoryPlace place) => entry.CreatedAt < place.CreatedAt
        || (entry.CreatedAt == place.CreatedAt && string.CompareOrdinal(entry.Id.ToString(), place.Id) > 0);

    private static bool Matches(Entry entry, ListQuery query) =>
        (query.Status is null || query.Status == SessionDescriber.Status(entry.Ended?.Reason))
        && query.Metadata.All(wanted => entry.Request.Metadata.TryGetValue(wanted.Key, out var value) && value == wanted.Value);

    private sealed record Entry(SessionId Id, SessionRequest Request, DateTimeOffset CreatedAt, Session? Live, EndedSession? Ended)
    {
        public HistoryPlace Place => new(CreatedAt, Id.ToString());

        public static Entry Of(EndedSession session) => new(session.Id, session.Request, session.CreatedAt, null, session);
    }
}
