using Steelyard.Async;

namespace Steelyard.Sessions;

/// <content>Where a session lives, and how it moves to another worker.</content>
public sealed partial class Session
{
    /// <summary>Where it lives; while it is being restored, where it will. Null when it ends first, or is not restored in time.</summary>
    public ValueTask<Placement?> TryPlaceAsync(TimeSpan within)
    {
        lock (gate)
            return state == SessionState.Waiting
                ? new(WaitAsync(restoring!.Task, within))
                : new(state == SessionState.Live ? placement : null);
    }

    /// <summary>It is written down where it lives: from now on a later orchestrator takes it over.</summary>
    public void Enter()
    {
        lock (gate)
            if (state == SessionState.Live)
                MoveEntryNeedsLock(placement!.Entry);
    }

    /// <summary>What is written down of it at a placement, or while it waits for one.</summary>
    internal SessionRecord Record(Placement? there, bool isRestart) =>
        new(Id, there?.WorkerSessionId ?? [], Request, CreatedAt, created, isRestart ? Restarts + 1 : Restarts);

    /// <summary>It waits for a worker, and is written down as one that does: this is its place in the ledger now.</summary>
    internal void WaitAt(LedgerEntry place)
    {
        lock (gate)
            if (state != SessionState.Ended)
                MoveEntryNeedsLock(place);
    }

    /// <summary>
    /// Its worker is lost, and it waits for another one from now on. True for exactly one caller per placement, who then writes that down.
    /// </summary>
    public bool TryBeginRestore(Placement lost)
    {
        lock (gate)
        {
            if (placement != lost || !TryMoveNeedsLock(SessionState.Waiting))
                return false;
            restoring = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return true;
        }
    }

    /// <summary>It lives there now. False when it has ended meanwhile: the placement stays the caller's to give back.</summary>
    /// <param name="next">Where.</param>
    /// <param name="isNew">It was created anew; otherwise it is where it was, under another orchestrator.</param>
    public bool TryRestore(Placement next, bool isNew = true)
    {
        lock (gate)
        {
            if (!TryMoveNeedsLock(SessionState.Live))
                return false;
            placement = next;
            if (isNew)
                Restarts++;
            MoveEntryNeedsLock(next.Entry);
            restoring!.SetResult(next);
            restoring = null;
            return true;
        }
    }

    /// <summary>True when it lives there now.</summary>
    public bool IsOn(Placement there)
    {
        lock (gate)
            return state == SessionState.Live && placement == there;
    }

    private void MoveEntryNeedsLock(LedgerEntry next)
    {
        next.Begin(Id, lastActive, open);
        if (!next.Is(entry))
            entry.End(Id);
        entry = next;
    }

    private async Task<Placement?> WaitAsync(Task<Placement> restored, TimeSpan within)
    {
        try
        {
            return await restored.InContext().WaitAsync(within, time);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            return null;
        }
    }
}
