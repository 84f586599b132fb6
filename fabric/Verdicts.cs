namespace Steelyard.Fabric;

/// <summary>
/// What a node may say about the sessions of another.
/// <code>
/// Unknown ─┬─▶ Here ──▶ Away ──▶ Gone     Gone ──▶ Away | Here: a newer incarnation of the node, for its own sessions
///          └───────────────────▶ Gone     any ───▶ Unknown: the table was emptied
/// </code>
/// </summary>
public enum Verdict
{
    /// <summary>The table has no row of it, and had perhaps one not long ago: 503.</summary>
    Unknown,

    /// <summary>It is a member: forward to it, it is the only authority.</summary>
    Here,

    /// <summary>It joins, or is dead and may not have noticed: 503.</summary>
    Away,

    /// <summary>It has given up all sessions: 404, for good.</summary>
    Gone,

    /// <summary>It was gone at the last read, which is older than the request: read the table and ask again, or answer 503.</summary>
    Doubtful,
}

/// <summary>A promise to be asked for: that the voter never helps an incarnation of a node to go on.</summary>
public readonly record struct PromiseRequest(string Voter, string Name, long Incarnation);

/// <summary>
/// Judges from reads of the table and from promises when the sessions of other nodes are gone for good: when no <see cref="Tenure"/> over
/// them can go on, and no later process can have taken them over. The rule and its proof: docs/decisions/0022. Thread-safe.
/// </summary>
/// <remarks>
/// Belongs to a process for its life, also beyond its own tenure: the promises are kept in memory. Times are from one monotonic clock. The
/// caller reads the table once at a time, and drops what arrives after the next read was sent.
/// </remarks>
/// <param name="self">The node that judges.</param>
/// <param name="options">The times of the rule.</param>
public sealed class Verdicts(string self, TenureOptions options)
{
    private readonly Lock gate = new();
    private readonly TableHistory history = new(options);
    private readonly Dictionary<string, Death> deaths = []; // The last death of each node whose newest row was seen dead.
    private readonly Dictionary<string, long> refused = []; // Up to this incarnation the node is refused, for good.
    private TableView? last;
    private TimeSpan lastSent;
    private TimeSpan unbroken; // No row of a member has left the table since.

    /// <summary>Takes in a read of the table.</summary>
    /// <param name="view">What was read.</param>
    /// <param name="sent">When the read was sent: later changes may be missing.</param>
    /// <param name="now">Now: earlier changes may be in it.</param>
    public void Observe(TableView view, TimeSpan sent, TimeSpan now)
    {
        lock (gate)
        {
            if (last is null || view.IsWipeSince(last))
                unbroken = now;
            (last, lastSent) = (view, sent);
            history.Add(view, now);
            foreach (var row in view.Rows.Where(row => row.Status == RowStatus.Dead))
                RefuseNeedsLock(row.Name, row.Incarnation);
            foreach (var row in view.Rows.Where(row => row.Status == RowStatus.Dead && view.Newest(row.Name) == row))
                JudgeNeedsLock(row, now);
        }
    }

    /// <summary>Returns what may be said about a node's sessions.</summary>
    /// <param name="name">The node.</param>
    /// <param name="asked">
    /// When the request came. The node may have come back, and made the session that the request is about, since the last read.
    /// </param>
    public Verdict Of(string name, TimeSpan asked)
    {
        lock (gate)
        {
            var verdict = last?.Newest(name) switch
            {
                { Status: RowStatus.Active } => Verdict.Here,
                { Status: RowStatus.Joining } => Verdict.Away,
                { Status: RowStatus.Dead } => deaths[name].IsFinal ? Verdict.Gone : Verdict.Away,
                _ => last is not null && lastSent >= unbroken + options.LongWait ? Verdict.Gone : Verdict.Unknown,
            };
            return verdict == Verdict.Gone && lastSent < asked ? Verdict.Doubtful : verdict;
        }
    }

    /// <summary>Answers a node that cannot read the table.</summary>
    public Ack Answer(string name, long incarnation, TimeSpan now)
    {
        lock (gate)
        {
            var row = last?.Newest(name);
            if (refused.GetValueOrDefault(name) >= incarnation || row?.Incarnation > incarnation)
                return Ack.Refused;
            return row is { Status: RowStatus.Active } own && own.Incarnation == incarnation
                ? new(false, now - lastSent, last!.Members)
                : Ack.Blind;
        }
    }

    /// <summary>
    /// Promises another node, which has seen an incarnation dead, to refuse it. Returns true if this node knows already that its sessions
    /// are gone; then so does the other.
    /// </summary>
    public bool Promise(string name, long incarnation)
    {
        lock (gate)
        {
            RefuseNeedsLock(name, incarnation);
            return deaths.TryGetValue(name, out var death) && death.Incarnation >= incarnation && death.IsFinal;
        }
    }

    /// <summary>Returns the promises that are still missing. Until they are there, the long wait counts.</summary>
    public IReadOnlyList<PromiseRequest> Missing()
    {
        lock (gate)
        {
            if (last is not { } view)
                return [];
            return [.. from death in deaths
                       where !death.Value.IsFinal && view.Newest(death.Key)?.Incarnation == death.Value.Incarnation
                       from voter in death.Value.Electorate.Voters
                       where voter != self && view.Members.ContainsKey(voter)
                       where death.Value.Electorate.Needed == 0 || !death.Value.Promised.ContainsKey(voter)
                       select new PromiseRequest(voter, death.Key, death.Value.Incarnation)];
        }
    }

    /// <summary>Takes in what a node has answered to a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isGone">What <see cref="Promise"/> returned there.</param>
    /// <param name="now">Now.</param>
    public void Hear(PromiseRequest request, bool isGone, TimeSpan now)
    {
        lock (gate)
        {
            if (!deaths.TryGetValue(request.Name, out var death) || death.Incarnation != request.Incarnation)
                return;
            death.Promised.TryAdd(request.Voter, now);
            if (isGone)
                death.Told ??= now;
        }
    }

    /// <summary>
    /// Returns the nodes that must be asked what their tenures rest on: this one does not watch them for long enough to know it.
    /// </summary>
    public IReadOnlyList<(string Name, long Incarnation)> Untold()
    {
        lock (gate)
            return [.. history.Untold().Where(member => member.Name != self)];
    }

    /// <summary>Takes in what a node has answered: <see cref="Tenure.Basis"/> of an incarnation.</summary>
    public void Hear(string name, long incarnation, TableView basis)
    {
        lock (gate)
            history.Hear(name, incarnation, basis);
    }

    private void RefuseNeedsLock(string name, long incarnation) =>
        refused[name] = Math.Max(refused.GetValueOrDefault(name), incarnation);

    private void JudgeNeedsLock(TableRow row, TimeSpan now)
    {
        if (!deaths.TryGetValue(row.Name, out var death) || death.Incarnation != row.Incarnation)
        {
            deaths[row.Name] = death = new(row.Incarnation, now, history.Of(row.Name, row.Incarnation));
            death.Promised.Add(self, now);
        }

        death.IsFinal |= CannotGoOn(death, lastSent);
    }

    // All must have been true when the read was sent that shows no newer incarnation: one that came later comes too late to take over.
    private bool CannotGoOn(Death death, TimeSpan at)
    {
        if (at >= death.Told || at >= death.Seen + options.LongWait)
            return true;
        var free = death.Electorate.Voters.Count(voter =>
            !death.Promised.TryGetValue(voter, out var promised) || at < promised + options.PromiseWait);
        return at >= death.Seen + options.Grace && free < death.Electorate.Needed;
    }

    private sealed record Death(long Incarnation, TimeSpan Seen, Electorate Electorate)
    {
        // When each voter was known to refuse.
        public Dictionary<string, TimeSpan> Promised { get; } = [];

        // When another node said that it is final.
        public TimeSpan? Told { get; set; }

        public bool IsFinal { get; set; }
    }
}
