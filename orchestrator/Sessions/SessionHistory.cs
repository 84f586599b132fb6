using System.Collections.Concurrent;
using Steelyard.History;

namespace Steelyard.Sessions;

/// <summary>
/// The sessions that have ended. The last ones are in memory, so that a 404 can say why without asking a disk; all of them, within their
/// own bounds, are in the store if there is one. One lock guards the numbers.
/// </summary>
public sealed class SessionHistory : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<SessionId, EndedSession> sessions = new();
    private readonly Queue<EndedSession> order = new();
    private readonly int capacity;
    private readonly HistoryAge age;
    private readonly HistoryStore? store;
    private long lastNumber;

    /// <param name="capacity">How many are in memory: the oldest are forgotten first.</param>
    /// <param name="age">How long they are known.</param>
    /// <param name="time">Source of time.</param>
    /// <param name="store">Goes with this history; null keeps nothing beyond memory.</param>
    public SessionHistory(int capacity, TimeSpan age, TimeProvider time, HistoryStore? store = null)
    {
        this.capacity = capacity;
        this.age = new(age, time);
        this.store = store;
        foreach (var row in store?.Newest(Math.Max(1, capacity)) ?? [])
            RememberNeedsLock(EndedRow.Read(row));
    }

    public void Add(EndedSession session)
    {
        lock (gate)
            RememberNeedsLock(session = session with { Number = lastNumber + 1 });
        store?.Add(EndedRow.Write(session));
    }

    /// <summary>One in memory. Null when it never was, or is not there any more.</summary>
    public EndedSession? Find(SessionId id)
    {
        if (!sessions.ContainsKey(id))
            return null;
        var clock = age.Look();
        lock (gate)
            ForgetOldNeedsLock(clock?.Oldest);
        return sessions.GetValueOrDefault(id);
    }

    /// <summary>
    /// One in memory or in the store. Throws <see cref="HistoryUnavailableException"/> and <see cref="HistoryBusyException"/>.
    /// </summary>
    /// <param name="id">Its id.</param>
    /// <param name="key">Name of the key that asks; null for none.</param>
    public async Task<EndedSession?> FindAsync(SessionId id, string? key)
    {
        if (Find(id) is { } session)
            return session;
        return store is not null && await store.FindAsync(id.ToString(), key) is { } row ? EndedRow.Read(row) : null;
    }

    /// <summary>
    /// Whether a session of this id has ended, as far as that can be found out: a history that cannot be read shall not keep a session
    /// from being created. Throws <see cref="HistoryBusyException"/> when the key asks for too much.
    /// </summary>
    public async Task<bool> HasAsync(SessionId id, string? key)
    {
        try
        {
            return await FindAsync(id, key) is not null;
        }
        catch (HistoryUnavailableException)
        {
            return false; // The log has it already.
        }
    }

    /// <summary>All in memory, in no order, and the number before which the others are.</summary>
    public (IReadOnlyList<EndedSession> Sessions, long Before) Remembered()
    {
        var clock = age.Look();
        lock (gate)
        {
            ForgetOldNeedsLock(clock?.Oldest);
            return ([.. order], order.TryPeek(out var oldest) ? oldest.Number : lastNumber + 1);
        }
    }

    /// <summary>
    /// A page of those in the store. Throws <see cref="HistoryUnavailableException"/>, <see cref="HistoryBusyException"/> and <see
    /// cref="OperationCanceledException"/>.
    /// </summary>
    public async Task<(IReadOnlyList<EndedSession> Sessions, int Count)> PageAsync(HistoryQuery query, string? key, CancellationToken cancellationToken)
    {
        var page = store is null ? HistoryPage.Empty : await store.PageAsync(query, key, cancellationToken);
        return ([.. page.Rows.Select(EndedRow.Read)], page.Count);
    }

    public ValueTask DisposeAsync() => store?.DisposeAsync() ?? ValueTask.CompletedTask;

    // In the order in which they have ended: one behind another that is to stay ended after it, whatever the clock said then.
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

        // What is not on disk yet must be found somewhere.
        while (order.Count > capacity + (store?.Unsettled ?? 0))
            sessions.TryRemove(order.Dequeue().Id, out _);
    }
}
