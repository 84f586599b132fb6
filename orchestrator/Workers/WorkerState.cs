namespace Steelyard.Workers;

/// <summary>
/// The state of a worker. The pool owns the states of all its workers and changes them under its lock.
/// <code>
///   Starting ──▶ Ready ◀──▶ Leased
///      │           │          │
///      └───────────┴────┬─────┘
///                       ▼
///                   Stopping ──▶ Exited      (any state ──▶ Exited: the kernel reported it)
/// </code>
/// </summary>
public enum WorkerState
{
    /// <summary>The worker is spawned, but has not yet proved that it serves.</summary>
    Starting,

    /// <summary>The worker is clean and idle, and can be leased.</summary>
    Ready,

    /// <summary>The worker belongs to one create or one session until it is clean again.</summary>
    Leased,

    /// <summary>The worker is being stopped, and no longer serves.</summary>
    Stopping,

    /// <summary>The worker has ended and is reaped. Final.</summary>
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
