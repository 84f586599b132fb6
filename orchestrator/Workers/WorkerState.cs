namespace Steelyard.Workers;

/// <summary>
/// What a worker is doing. The pool owns the state of all its workers, under its one lock.
/// <code>
///   Starting ──▶ Ready ◀──▶ Leased
///      │           │          │
///      └───────────┴────┬─────┘
///                       ▼
///                   Stopping ──▶ Exited      (any state ──▶ Exited: the kernel said so)
/// </code>
/// </summary>
public enum WorkerState
{
    /// <summary>Spawned; has not yet proved that it serves.</summary>
    Starting,

    /// <summary>Clean and idle: may be leased.</summary>
    Ready,

    /// <summary>Belongs to one create or one session, until it is clean again.</summary>
    Leased,

    /// <summary>Told to end, for whatever reason; serves nobody any more.</summary>
    Stopping,

    /// <summary>Reaped. Final.</summary>
    Exited,
}

internal static class WorkerTransitions
{
    public static bool Allows(WorkerState from, WorkerState to) => (from, to) switch
    {
        (WorkerState.Starting, WorkerState.Ready) => true,
        (WorkerState.Ready, WorkerState.Leased) => true,
        (WorkerState.Leased, WorkerState.Ready) => true,
        (WorkerState.Starting or WorkerState.Ready or WorkerState.Leased, WorkerState.Stopping) => true,
        (not WorkerState.Exited, WorkerState.Exited) => true,
        _ => false,
    };
}
