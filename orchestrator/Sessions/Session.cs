namespace Steelyard.Sessions;

/// <summary>
/// One session. It is live until exactly one caller ends it; that caller cleans up. One lock guards the <see cref="SessionState"/>, the
/// activity and the placement.
/// </summary>
public sealed partial class Session
{
    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly long created;
    private readonly CancellationTokenSource ended = new();
    private SessionState state;
    private TaskCompletionSource<Placement>? restoring; // While it waits.
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
    /// A session of an earlier orchestrator. It waits for its worker. Its idle time continues where it was. If an activity was open, or the
    /// ledger does not know the session, its idle time starts now.
    /// </summary>
    internal Session(SessionRecord record, LedgerEntry entry, QuotaPlace quota, TimeProvider time)
        : this(record, entry.Session == record.Id && entry.Open == 0 ? entry.LastActive : time.GetTimestamp(), quota, time) =>
        this.entry = entry;

    /// <summary>A session of another node. It waits for a worker.</summary>
    /// <param name="record">What its node has written down of it, with times of this machine's clock.</param>
    /// <param name="lastActive">When its last activity ended.</param>
    /// <param name="quota">Its holder's place, given back at its end.</param>
    /// <param name="time">Source of time.</param>
    internal Session(SessionRecord record, long lastActive, QuotaPlace quota, TimeProvider time)
        : this(record.Id, record.Request, quota, time)
    {
        CreatedAt = record.CreatedAt;
        created = record.Created;
        Restarts = record.Restarts;
        this.lastActive = lastActive;
        state = SessionState.Waiting;
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

    /// <summary>Time since it was created.</summary>
    /// <remarks>Zero for a session of another boot, whose timestamp means nothing now.</remarks>
    public TimeSpan Age => time.GetElapsedTime(created) is var age && age > TimeSpan.Zero ? age : TimeSpan.Zero;

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

    /// <summary>
    /// Opens an activity, which keeps the session from expiring until it is disposed. Null once the session has ended or its time is over.
    /// </summary>
    public SessionActivity? TryBegin()
    {
        lock (gate)
            return state == SessionState.Ended || IsOverNeedsLock() ? null : BeginNeedsLock();
    }

    /// <summary>Opens the activity of the create itself, however short the session's time is: its client gets an answer first.</summary>
    internal SessionActivity Begin()
    {
        lock (gate)
            return BeginNeedsLock();
    }

    /// <summary>
    /// Ends it. True for exactly one caller, who then cleans up and gives <paramref name="last"/> back, if there is one.
    /// </summary>
    public bool TryEnd(SessionEnd how, out Placement? last)
    {
        lock (gate)
        {
            last = state == SessionState.Waiting ? null : placement;
            if (!TryMoveNeedsLock(SessionState.Ended))
                return false;
            end = how;
            entry.End(Id);
            restoring?.TrySetCanceled();
        }

        ended.Cancel();
        return true;
    }

    /// <summary>Its time is over, though nobody may have ended it yet.</summary>
    public bool IsOver()
    {
        lock (gate)
            return state != SessionState.Ended && IsOverNeedsLock();
    }

    public SessionView View()
    {
        lock (gate)
        {
            var (age, idle) = (time.GetElapsedTime(created), IdleNeedsLock());
            var remaining = Request.Clock.Remaining(age, idle, open);
            var shown = remaining == TimeSpan.MaxValue ? Request.Clock.Ttl : remaining;
            var worker = state == SessionState.Waiting ? null : placement?.Worker;
            return new(Id, CreatedAt, age, idle, shown, worker, Restarts, Request.Holder, Request.Metadata);
        }
    }

    /// <summary>It has been used now, by an activity that is not open any more. Does nothing once its time is over.</summary>
    internal void Touch()
    {
        lock (gate)
        {
            if (state == SessionState.Ended || IsOverNeedsLock())
                return;
            lastActive = time.GetTimestamp();
            entry.Touch(Id, lastActive, open);
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

    private SessionActivity BeginNeedsLock()
    {
        open++;
        entry.Touch(Id, lastActive, open);
        return new(this);
    }

    private bool TryMoveNeedsLock(SessionState next)
    {
        if (!SessionTransitions.Allows(state, next))
            return false;
        state = next;
        return true;
    }

    private bool IsOverNeedsLock() => Request.Clock.IsOver(time.GetElapsedTime(created), IdleNeedsLock(), open);

    private TimeSpan IdleNeedsLock() => open > 0 ? TimeSpan.Zero : time.GetElapsedTime(lastActive);
}
