using System.Collections.Concurrent;

namespace Steelyard.Sessions;

/// <summary>Remembers the last sessions that ended, so that a 404 can say why and lists can show them. Bounded: the oldest are forgotten first.</summary>
/// <param name="capacity">How many it remembers.</param>
public sealed class SessionHistory(int capacity)
{
    private readonly ConcurrentDictionary<SessionId, EndedSession> sessions = new();
    private readonly ConcurrentQueue<SessionId> order = new();

    /// <summary>All it remembers, in no order.</summary>
    public IEnumerable<EndedSession> All => sessions.Select(pair => pair.Value);

    public void Add(EndedSession session)
    {
        sessions[session.Id] = session;
        order.Enqueue(session.Id);
        while (order.Count > capacity && order.TryDequeue(out var oldest))
            sessions.TryRemove(oldest, out _);
    }

    /// <summary>Null when it never was, or is forgotten.</summary>
    public EndedSession? Find(SessionId id) => sessions.GetValueOrDefault(id);
}
