using Steelyard.Async;

namespace Steelyard.Sessions;

/// <summary>
/// One session. Live until exactly one caller ends it; that caller cleans up.
/// <code>
///   Live ──▶ Ended(deleted | expired | worker_lost | drained)
/// </code>
/// One lock guards the state, the activity and the placement.
/// </summary>
public sealed class Session
{
    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly long created;
    private readonly CancellationTokenSource ended = new();
    private TaskCompletionSource<Placement>? restoring;
    private Placement? placement;
    private LedgerEntry entry;
    private SessionEnd? end;
    private long lastActive;
    private int open;
    private ProxyUsage usage;

    /// <param name="id">Its public id.</param>
    /// <param name="placement">Where it lives first.</param>
    /// <param name="request">What it was created from; without payload unless it may have to be restored.</param>
    /// <param name="quota">Its holder's place, given back at its end.</param>
    /// <param name="time">Source of time.</param>
    public Session(SessionId id, Placement placement, SessionRequest request, QuotaPlace quota, TimeProvider time)
        : this(id, request, quota, time)
    {
        CreatedAt = time.GetUtcNow();
        this.placement = placement;
        created = lastActive = time.GetTimestamp();
    }

    /// <summary>
    /// A session of an earlier orchestrator, that waits for its worker as if it were being restored. Its idle time goes on where it stood; what was open, or
    /// not in the ledger, counts as until now.
    /// </summary>
    internal Session(SessionRecord record, LedgerEntry entry, QuotaPlace quota, TimeProvider time)
        : this(record.Id, record.Request, quota, time)
    {
        CreatedAt = record.CreatedAt;
        created = record.Created;
        Restarts = record.Restarts;
        lastActive = entry.Session == record.Id && entry.Open == 0 ? entry.LastActive : time.GetTimestamp();
        this.entry = entry;
        restoring = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private Session(SessionId id, SessionRequest request, QuotaPlace quota, TimeProvider time)
    {
        Id = id;
        Request = request;
        Quota = quota;
        this.time = time;
    }

    public SessionId Id { get; }

    public DateTimeOffset CreatedAt { get; }

    public SessionRequest Request { get; }

    /// <summary>How often it was restored.</summary>
    public int Restarts { get; private set; }

    /// <summary>Cancelled when it ends.</summary>
    public CancellationToken Ended => ended.Token;

    /// <summary>Bytes through its proxy, as its worker has last told.</summary>
    public ProxyUsage Usage
    {
        get
        {
            lock (gate)
                return usage;
        }

        set
        {
            lock (gate)
                usage = value;
        }
    }

    internal QuotaPlace Quota { get; }

    public EndReason? EndReason => End?.Reason;

    /// <summary>How it ended; null while it is live.</summary>
    public SessionEnd? End
    {
        get
        {
            lock (gate)
                return end;
        }
    }

    /// <summary>Opens an activity, which keeps it from expiring until disposed. False once it has ended or its time is over.</summary>
    public bool TryBegin(out SessionActivity activity)
    {
        activity = new(this);
        lock (gate)
        {
            if (end is not null || IsOverNeedsLock())
                return false;
            open++;
            entry.Touch(Id, lastActive, open);
            return true;
        }
    }

    /// <summary>Ends it. True for exactly one caller, who then owns the cleaning: <paramref name="last"/> is to be given back if there is one.</summary>
    public bool TryEnd(SessionEnd how, out Placement? last)
    {
        lock (gate)
        {
            last = restoring is null ? placement : null;
            if (end is not null)
                return false;
            end = how;
            entry.End(Id);
            restoring?.TrySetCanceled();
        }

        ended.Cancel();
        return true;
    }

    /// <summary>Where it lives; while it is being restored, where it will. Null when it ends first, or is not restored in time.</summary>
    public ValueTask<Placement?> TryPlaceAsync(TimeSpan within)
    {
        lock (gate)
            return end is null && restoring is not null ? new(WaitAsync(restoring.Task, within)) : new(end is null ? placement : null);
    }

    /// <summary>It is written down where it lives: from now on a later orchestrator takes it over.</summary>
    public void Enter()
    {
        lock (gate)
            if (end is null && restoring is null)
                MoveNeedsLock(placement!.Entry);
    }

    /// <summary>What is written down of it at a placement, or while it waits for one.</summary>
    internal SessionRecord Record(Placement? there, bool again) => new(Id, there?.WorkerSessionId ?? [], Request, CreatedAt, created, again ? Restarts + 1 : Restarts);

    /// <summary>It waits for a worker, and is written down as one that does: this is its place in the ledger now.</summary>
    internal void WaitAt(LedgerEntry place)
    {
        lock (gate)
            if (end is null)
                MoveNeedsLock(place);
    }

    /// <summary>Its worker is lost and another one will be sought. True for exactly one caller per placement, who then writes down that it waits.</summary>
    public bool TryBeginRestore(Placement lost)
    {
        lock (gate)
        {
            if (end is not null || restoring is not null || placement != lost)
                return false;
            restoring = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return true;
        }
    }

    /// <summary>It lives there now. False when it has ended meanwhile: the placement stays the caller's to give back.</summary>
    /// <param name="next">Where.</param>
    /// <param name="again">It was created anew; otherwise it is where it was, under another orchestrator.</param>
    public bool TryRestore(Placement next, bool again = true)
    {
        lock (gate)
        {
            if (end is not null)
                return false;
            placement = next;
            if (again)
                Restarts++;
            MoveNeedsLock(next.Entry);
            restoring?.SetResult(next);
            restoring = null;
            return true;
        }
    }

    /// <summary>True when it lives there now.</summary>
    public bool IsOn(Placement there)
    {
        lock (gate)
            return end is null && restoring is null && placement == there;
    }

    /// <summary>Its time is over, though nobody may have ended it yet.</summary>
    public bool IsOver()
    {
        lock (gate)
            return end is null && IsOverNeedsLock();
    }

    public SessionView View()
    {
        lock (gate)
        {
            var (age, idle) = (time.GetElapsedTime(created), IdleNeedsLock());
            var remaining = Request.Clock.Remaining(age, idle, open);
            return new(Id, CreatedAt, age, idle, remaining == TimeSpan.MaxValue ? Request.Clock.Ttl : remaining, restoring is null ? placement?.Worker : null, Restarts);
        }
    }

    internal void EndActivity()
    {
        lock (gate)
        {
            open--;
            lastActive = time.GetTimestamp();
            entry.Touch(Id, lastActive, open);
        }
    }

    private void MoveNeedsLock(LedgerEntry next)
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

    private bool IsOverNeedsLock() => Request.Clock.IsOver(time.GetElapsedTime(created), IdleNeedsLock(), open);

    private TimeSpan IdleNeedsLock() => open > 0 ? TimeSpan.Zero : time.GetElapsedTime(lastActive);
}
