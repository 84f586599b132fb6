using System.Collections.Concurrent;

namespace Steelyard.Sessions;

/// <summary>Remembers why the last sessions ended, so that a 404 can say it. Bounded: the oldest are forgotten first.</summary>
/// <param name="capacity">How many it remembers.</param>
public sealed class SessionHistory(int capacity)
{
    private readonly ConcurrentDictionary<SessionId, EndReason> reasons = new();
    private readonly ConcurrentQueue<SessionId> order = new();

    public void Add(SessionId id, EndReason reason)
    {
        reasons[id] = reason;
        order.Enqueue(id);
        while (order.Count > capacity && order.TryDequeue(out var oldest))
            reasons.TryRemove(oldest, out _);
    }

    /// <summary>Why it ended, or null when that is not known.</summary>
    public EndReason? Find(SessionId id) => reasons.TryGetValue(id, out var reason) ? reason : null;
}
