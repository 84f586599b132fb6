using System.Collections.Concurrent;
using Steelyard.History;

namespace Steelyard.Sessions;

/// <summary>
/// The sessions that have ended. The newest are in memory, so that a 404 can give the reason without reading the disk. The store, if there
/// is one, has all of them within its own limits. One lock guards the numbers and their order.
/// </summary>
public sealed class SessionHistory : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<SessionId, EndedSession> sessions = new();
    private readonly Queue<EndedSession> order = new();
    private readonly int capacity;
    private readonly HistoryClock clock;
    private readonly HistoryStore? store;
    private long lastNumber;

    /// <param name="capacity">Number of sessions in memory: the oldest are forgotten first.</param>
    /// <param name="age">How long they are kept.</param>
    /// <param name="time">Source of time.</param>
    /// <param name="store">Is disposed with this history; null keeps sessions in memory only.</param>
    public SessionHistory(int capacity, TimeSpan age, TimeProvider time, HistoryStore? store = null)
    {
        this.capacity = capacity;
        clock = new(age, time);
        this.store = store;
        foreach (var row in store?.Newest(Math.Max(1, capacity)) ?? [])
            RememberNeedsLock(EndedRow.Read(row));
    }

    /// <summary>Keeps a session in memory. Returns its row for the store; null when there is no store.</summary>
    public HistoryRow? Add(EndedSession session)
    {
        lock (gate)
            RememberNeedsLock(session = session with { Number = lastNumber + 1 });
        return store is null ? null : EndedRow.Write(session);
    }

    /// <summary>The sessions on disk; null for none.</summary>
    internal HistoryStore? Store => store;

    /// <summary>Finds a session in memory. Null when it was never there, or is there no longer.</summary>
    public EndedSession? Find(SessionId id)
    {
        if (!sessions.ContainsKey(id))
            return null;
        var now = clock.Look();
        lock (gate)
            ForgetOldNeedsLock(now?.Oldest);
        return sessions.GetValueOrDefault(id);
    }

    /// <summary>
    /// Finds a session in memory or in the store; null when it is in neither. Throws <see cref="HistoryUnavailableException"/> and
    /// <see cref="HistoryBusyException"/>.
    /// </summary>
    /// <param name="id">Its id.</param>
    /// <param name="key">Name of the caller's key; null without a key.</param>
    public async Task<EndedSession?> FindAsync(SessionId id, string? key)
    {
        if (Find(id) is { } session)
            return session;
        return store is not null && await store.FindAsync(id.ToString(), key) is { } row ? EndedRow.Read(row) : null;
    }

    /// <summary>
    /// Whether a session of this id has ended. False also when the history cannot be read: that must not prevent a create. Throws
    /// <see cref="HistoryBusyException"/> when the key has too many reads at a time.
    /// </summary>
    public async Task<bool> HasAsync(SessionId id, string? key)
    {
        try
        {
            return await FindAsync(id, key) is not null;
        }
        catch (HistoryUnavailableException)
        {
            return false; // It has been logged already.
        }
    }

    /// <summary>All sessions in memory, in no particular order, and a number: all other sessions have lower numbers.</summary>
    public (IReadOnlyList<EndedSession> Sessions, long Before) Remembered()
    {
        var now = clock.Look();
        lock (gate)
        {
            ForgetOldNeedsLock(now?.Oldest);
            return ([.. order], order.TryPeek(out var oldest) ? oldest.Number : lastNumber + 1);
        }
    }

    /// <summary>
    /// Reads a page of the sessions in the store. Throws <see cref="HistoryUnavailableException"/>, <see cref="HistoryBusyException"/> and
    /// <see cref="OperationCanceledException"/>.
    /// </summary>
    public async Task<(IReadOnlyList<EndedSession> Sessions, int Count)> PageAsync(
        HistoryQuery query, string? key, CancellationToken cancellationToken)
    {
        var page = store is null ? HistoryPage.Empty : await store.PageAsync(query, key, cancellationToken);
        return ([.. page.Rows.Select(EndedRow.Read)], page.Count);
    }

    public ValueTask DisposeAsync() => store?.DisposeAsync() ?? ValueTask.CompletedTask;

    // Stops at the first session that stays: all behind it ended later, whatever the clock said at their end.
    private void ForgetOldNeedsLock(DateTimeOffset? oldest)
    {
        while (order.TryPeek(out var first) && first.EndedAt < oldest)
            sessions.TryRemove(order.Dequeue().Id, out _);
    }

    private void RememberNeedsLock(EndedSession session)
    {
        lastNumber = session.Number;
        sessions[session.Id] = session;
        order.Enqueue(session);

        // Sessions that are not on disk yet stay in memory in addition to the capacity, so that they can be found.
        while (order.Count > capacity + (store?.Unsettled ?? 0))
            sessions.TryRemove(order.Dequeue().Id, out _);
    }
}
