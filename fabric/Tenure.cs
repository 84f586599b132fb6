namespace Steelyard.Fabric;

/// <summary>
/// Whether a node may serve its sessions.
/// <code>
/// Waiting ──own row seen Active──▶ Holding ──row Dead, refused, or Hold has passed──▶ Over
/// </code>
/// Only in Holding a node answers for its sessions, otherwise 503.
/// </summary>
public enum TenureState
{
    Waiting,
    Holding,
    Over,
}

/// <summary>
/// A node's right to serve the sessions it owns. The node must renew it all the time; others say that its sessions are gone only when it
/// cannot have renewed it (<see cref="Verdicts"/>). The rule and its proof: docs/decisions/0022. A renewal counts from the moment before
/// the question was sent, because what the answer says may have ceased to be true just after. Thread-safe.
/// </summary>
/// <remarks>
/// Times come from one monotonic clock that also counts while the process is stopped or the machine sleeps. Whatever ends
/// it, the node joins again under a higher number, with another tenure. That one takes over the sessions as a new process would.
/// </remarks>
/// <param name="name">The node.</param>
/// <param name="incarnation">The incarnation under which the node has inserted itself into the table.</param>
/// <param name="options">The times of the rule.</param>
public sealed class Tenure(string name, long incarnation, TenureOptions options)
{
    private readonly Lock gate = new();

    private TenureState state;
    private TimeSpan renewed;  // The last renewal of any kind.
    private TimeSpan backed;   // The last time for which the table is known to have said Active.
    private TimeSpan complete; // The read behind "backed" shows nothing that came later.
    private IReadOnlyDictionary<string, long> members = new Dictionary<string, long>(); // Of that read.
    private TableView? seen;   // The last read of the own ones.

    /// <summary>The incarnation of the node.</summary>
    public long Incarnation => incarnation;

    public TenureState State
    {
        get
        {
            lock (gate)
                return state;
        }
    }

    /// <summary>
    /// The last renewal, to be written down for the next tenure of this node; null when it has not begun, or is over. What is written may
    /// lag behind.
    /// </summary>
    public TimeSpan? Record
    {
        get
        {
            lock (gate)
                return state == TenureState.Holding ? renewed : null;
        }
    }

    /// <summary>
    /// A view of the table. Every view that this tenure can rest on from now on is this one, or of a later time. Null when there is none.
    /// For other nodes: <see cref="Verdicts.Hear(string, long, TableView)"/>.
    /// </summary>
    public TableView? Basis
    {
        get
        {
            lock (gate)
                return state == TenureState.Holding ? seen : null;
        }
    }

    /// <summary>
    /// Returns true if a new tenure may take over the sessions of the one before it on the same machine. If not, what is written must be
    /// erased, and only then the sessions may be called gone.
    /// </summary>
    /// <param name="record">What was written of the last <see cref="Record"/>. One from before a reboot is worth nothing.</param>
    /// <param name="active">When its row was known to stand in the table as Active.</param>
    /// <param name="options">The times of the rule.</param>
    public static bool MayAdopt(TimeSpan record, TimeSpan active, TenureOptions options) =>
        active >= record && active - record < options.Hold;

    /// <summary>
    /// Returns true if the node may answer with what a session says. To be asked after the request has come, and best right before the
    /// answer goes; no timer can do it, as the process may be stopped at any time.
    /// </summary>
    public bool MayServe(TimeSpan now)
    {
        lock (gate)
        {
            LapseNeedsLock(now);
            return state == TenureState.Holding;
        }
    }

    /// <summary>
    /// Takes in a read of the table. Returns false if the own row is missing: the table was emptied, and the node must join again.
    /// </summary>
    /// <param name="view">What was read.</param>
    /// <param name="sent">When the read was sent.</param>
    /// <param name="now">Now.</param>
    public bool Observe(TableView view, TimeSpan sent, TimeSpan now)
    {
        lock (gate)
        {
            LapseNeedsLock(now);
            if (view.Newest(name) is not { } row || row.Incarnation < incarnation)
                return false;

            // A higher number is that of a successor.
            if (row.Incarnation > incarnation || row.Status == RowStatus.Dead)
                state = TenureState.Over;
            else if (row.Status == RowStatus.Active)
                BackNeedsLock(sent, now, view.Members, view);
            return true;
        }
    }

    /// <summary>
    /// Begins to ask the other members, because the table could not be read. Returns null if their word does not count, or no longer.
    /// </summary>
    public AckRound? Ask(TimeSpan now)
    {
        lock (gate)
        {
            LapseNeedsLock(now);
            if (state != TenureState.Holding || now - backed >= options.MaxOutage)
                return null;
            var others = members.Where(member => member.Key != name).ToDictionary(member => member.Key, member => member.Value);
            var round = new AckRound(incarnation, now, others);
            CountNeedsLock(round);
            return round;
        }
    }

    /// <summary>Takes in an answer. One that comes late is worth what it was worth when the round began.</summary>
    /// <param name="round">The round.</param>
    /// <param name="from">Who has answered.</param>
    /// <param name="ack">The answer.</param>
    /// <param name="now">Now.</param>
    public void Hear(AckRound round, string from, Ack ack, TimeSpan now)
    {
        lock (gate)
        {
            LapseNeedsLock(now);
            if (state != TenureState.Holding || !round.Others.ContainsKey(from))
                return;
            if (ack.IsRefused)
            {
                state = TenureState.Over;
                return;
            }

            round.Granted.Add(from);
            CountNeedsLock(round);
            if (ack is { Age: { } age, Members: { } known })
                BackNeedsLock(round.Sent - TenureOptions.Widen(age), now, known, null);
        }
    }

    private void LapseNeedsLock(TimeSpan now)
    {
        if (state == TenureState.Holding && now - renewed >= options.Hold)
            state = TenureState.Over;
    }

    // The table is known to have said Active at some moment between the two, with these members. What is not certainly newer is left out:
    // others rely on it that no view follows an older one.
    private void BackNeedsLock(TimeSpan at, TimeSpan until, IReadOnlyDictionary<string, long> known, TableView? own)
    {
        if (state == TenureState.Waiting)
            (state, renewed) = (TenureState.Holding, at);
        else if (state != TenureState.Holding || at < complete)
            return;
        (backed, complete, members, seen) = (at, until, known, own ?? seen);
        renewed = at > renewed ? at : renewed;
    }

    private void CountNeedsLock(AckRound round)
    {
        if (round.Granted.Count >= round.Needed && round.Sent > renewed)
            renewed = round.Sent;
    }
}
