namespace Steelyard.Sessions;

/// <summary>
/// States of a session. <see cref="Session"/> owns it, under one lock.
/// <code>
///   Live ◀──▶ Waiting      Live → Waiting: its worker is lost, and another one is sought
///     │          │         Waiting → Live: it has a worker
///     └──▶ Ended ◀┘         deleted, expired, worker_lost or drained
/// </code>
/// A session that was created begins as Live, one of an earlier orchestrator as Waiting.
/// </summary>
public enum SessionState
{
    /// <summary>A worker holds it.</summary>
    Live,

    /// <summary>It waits for a worker: calls wait with it, for a limited time.</summary>
    Waiting,

    /// <summary>For good. It has a reason.</summary>
    Ended,
}

/// <summary>The transitions of a session.</summary>
internal static class SessionTransitions
{
    /// <summary>Whether a session may go from one state to another.</summary>
    public static bool Allows(SessionState from, SessionState to) => (from, to) switch
    {
        (SessionState.Live, SessionState.Waiting or SessionState.Ended) => true,
        (SessionState.Waiting, SessionState.Live or SessionState.Ended) => true,
        _ => false,
    };
}
