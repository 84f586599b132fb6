using System.Text.Json.Serialization;
using Steelyard.Contract;
using Steelyard.Events;
using Steelyard.Fabric;
using Steelyard.LiveView;
using Steelyard.Pool;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Dialects.Operator;

/// <summary><c>GET /sessions</c>: the live sessions.</summary>
public sealed record SessionListReply(IReadOnlyList<SessionEntry> Sessions);

/// <param name="CreatedAt">See <see cref="IsoTime"/>.</param>
/// <param name="WorkerId">Null while the session is being restored.</param>
/// <param name="Key">Name of the key that created it; null on a node without keys.</param>
/// <param name="LiveView">Path of its live view, which needs no key; null when its worker has no browser.</param>
public sealed record SessionEntry(
    string Id,
    string State,
    string CreatedAt,
    double IdleSeconds,
    double RemainingSeconds,
    string? WorkerId,
    int Node,
    int Restarts,
    string? Key,
    IReadOnlyDictionary<string, string> Metadata,
    string? LiveView)
{
    internal static SessionEntry From(SessionView view, LiveViewLinks links) => new(
        view.Id.ToString(),
        "live",
        IsoTime.Of(view.CreatedAt),
        Math.Round(view.Idle.TotalSeconds, 3),
        Math.Round(view.Remaining.TotalSeconds, 3),
        view.Worker?.Id,
        view.Id.Node,
        view.Restarts,
        view.Holder,
        view.Metadata,
        view.Worker is { HasExtras: true } ? links.PathOf(view.Id) : null);
}

/// <summary><c>GET /history</c> and <c>GET /sessions/{id}/history</c>.</summary>
/// <param name="Next">Value of <c>after</c> for the next page; absent on the last one.</param>
public sealed record HistoryReply(
    IReadOnlyList<HistoryEntry> History, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Next = null);

/// <param name="WorkerId">Its last worker; null when the session ended while it waited for another worker.</param>
/// <param name="Reason">deleted, expired, worker_lost or drained.</param>
/// <param name="Cause">For worker_lost, if known: out_of_memory, machine_out_of_memory, too_many_processes, out_of_disk, hung, crashed,
/// wrong_answer, stopped_by_operator, node_lost or node_cut_off.</param>
/// <param name="Detail">Who or what ended it, as in the log.</param>
/// <param name="MaxAgeSeconds">Null for no limit.</param>
/// <param name="Place">Where it stands in the list; only for a node that merges lists.</param>
public sealed record HistoryEntry(
    string Id,
    int Node,
    string? Holder,
    string? WorkerId,
    string CreatedAt,
    string EndedAt,
    string Reason,
    string? Cause,
    string Detail,
    int Restarts,
    long ProxyBytesSent,
    long ProxyBytesReceived,
    double TtlSeconds,
    double? MaxAgeSeconds,
    IReadOnlyDictionary<string, string> Metadata,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Place = null)
{
    public static HistoryEntry From(EndedSession session) => new(
        session.Id.ToString(),
        session.Node,
        session.Request.Holder,
        session.Worker,
        IsoTime.Of(session.CreatedAt),
        IsoTime.Of(session.EndedAt),
        session.Reason.Name(),
        session.Cause,
        session.Detail,
        session.Restarts,
        session.Usage.Sent,
        session.Usage.Received,
        session.Request.Clock.Ttl.TotalSeconds,
        session.Request.Clock.MaxAge?.TotalSeconds,
        session.Request.Metadata);
}

/// <summary><c>GET /workers</c>.</summary>
/// <param name="Exited">The workers that have exited last, the newest first.</param>
public sealed record WorkerListReply(IReadOnlyList<WorkerEntry> Workers, IReadOnlyList<ExitedEntry> Exited);

/// <param name="ExitedAt">See <see cref="IsoTime"/>.</param>
/// <param name="Exit">How, for people.</param>
/// <param name="Cause">The same for programs; see the event <c>worker.exited</c>.</param>
/// <param name="LastLines">What it wrote at its end. Null when it did not die by itself, and for callers who are not operators.</param>
public sealed record ExitedEntry(string Id, string ExitedAt, string Exit, string Cause, string? LastLines)
{
    internal static ExitedEntry From(DatedEvent dated, bool isOperator)
    {
        var exit = (WorkerExited)dated.Event;
        return new(exit.Worker.Id, IsoTime.Of(dated.At), exit.Exit, exit.Cause, isOperator ? exit.LastWords : null);
    }
}

/// <param name="Port">Absent for callers who are not operators: a worker obeys every caller on its port.</param>
/// <param name="LastExit">How the previous worker in its slot ended.</param>
/// <param name="MemoryBytes">Private memory of all its processes together.</param>
/// <param name="CpuSeconds">Processor time of all its live processes together.</param>
/// <param name="StartedAt">When its process started.</param>
public sealed record WorkerEntry(
    string Id,
    int Pid,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Port,
    string State,
    string? SessionId,
    int Restarts,
    string? LastExit,
    long MemoryBytes,
    double CpuSeconds,
    string StartedAt);

/// <summary><c>GET /nodes</c>: the nodes of the cluster, by name.</summary>
public sealed record NodeListReply(IReadOnlyList<NodeEntry> Nodes);

/// <param name="Number">The part of a session's id that tells that the session lives there.</param>
/// <param name="State">active, draining, or unreachable.</param>
/// <param name="IsSelf">It is the node that answers.</param>
/// <param name="Idle">Workers that wait for a session.</param>
/// <param name="Free">Sessions that it could take now.</param>
/// <param name="Waiting">Creates of its clients that wait for a node with room.</param>
/// <param name="UptimeSeconds">Time since it started. Null when it is unreachable, for then nobody knows whether it still runs, and for an
/// older version, which does not tell it.</param>
public sealed record NodeEntry(
    string Name,
    int Number,
    string Region,
    string Version,
    string State,
    bool IsSelf,
    int Sessions,
    int Idle,
    int Free,
    int Leased,
    int Max,
    int Waiting,
    double? UptimeSeconds)
{
    internal static NodeEntry From(PeerState node, bool isSelf, bool isReachable) => new(
        node.Name,
        node.Number,
        node.Region,
        node.Version,
        !isReachable ? "unreachable" : node.IsDraining ? "draining" : "active",
        isSelf,
        node.Sessions,
        node.Idle,
        node.Free,
        node.Leased,
        node.Max,
        node.Waiting,
        isReachable && node.Uptime is { } uptime ? Math.Round(uptime.TotalSeconds, 1) : null);
}

/// <summary><c>GET /status</c>: the shape of the worker API, with the pool's numbers added.</summary>
/// <param name="Version">Version of this program.</param>
/// <param name="UptimeSeconds">Time since this node started.</param>
/// <param name="HistoryLost">Ended sessions that could not be written to the history since the start; null without one.</param>
public sealed record StatusReply(
    bool Available,
    string? SessionId,
    PoolNumbers Workers,
    QueueNumbers Queue,
    string? Version,
    double UptimeSeconds,
    long? HistoryLost)
{
    /// <param name="pool">The pool's numbers.</param>
    /// <param name="waiting">Creates of this node's clients that wait in the cluster's line.</param>
    /// <param name="uptime">Time since this node started.</param>
    /// <param name="lost">See <see cref="HistoryLost"/>.</param>
    internal static StatusReply From(PoolStatus pool, int waiting, TimeSpan uptime, long? lost) => new(
        pool.IsAvailable,
        null,
        new(pool.Ready, pool.Leased, pool.Starting, pool.Stopping, pool.Parked, pool.Slots, pool.Max),
        new(pool.Queued + waiting, pool.QueueLimit, pool.OldestWait is { } wait ? Math.Round(wait.TotalSeconds, 1) : null),
        OwnVersion.Text,
        Math.Round(uptime.TotalSeconds, 1),
        lost);
}

public sealed record PoolNumbers(int Ready, int Leased, int Starting, int Stopping, int Parked, int Slots, int Max);

/// <param name="OldestSeconds">How long the first has waited; null when nobody waits.</param>
public sealed record QueueNumbers(int Length, int Limit, double? OldestSeconds);

/// <summary><c>GET /readyz</c>.</summary>
/// <param name="Reasons">Why the node is not ready; empty for callers without a key on a node with keys.</param>
/// <param name="Problems">The same, with what to do about each, and what is wrong with a node that is ready.</param>
/// <param name="Isolation">How browsers are isolated. Null before the first browser runs, when workers do not report it, and for callers
/// without a key on a node with keys.</param>
/// <param name="DroppedEvents">How many events each subscriber has lost since the start; null for callers without a key on a node
/// with keys.</param>
/// <param name="HistoryLost">Ended sessions that could not be written to the history since the start; null without one, and for callers
/// without a key on a node with keys.</param>
public sealed record ReadyReply(
    bool Ready,
    IReadOnlyList<string> Reasons,
    IReadOnlyList<ReadinessProblem> Problems,
    Isolation? Isolation,
    IReadOnlyDictionary<string, long>? DroppedEvents,
    long? HistoryLost);

/// <param name="Code">
/// For programs: shutdown, no_worker, starts_fail, thrashing, queue_full, busy, history_lost or recordings_lost.
/// </param>
/// <param name="What">What is wrong.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="IsFatal">The node is not ready because of it.</param>
public sealed record ReadinessProblem(string Code, string What, string Remedy, bool IsFatal = true);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SessionListReply))]
[JsonSerializable(typeof(HistoryReply))]
[JsonSerializable(typeof(NodeListReply))]
[JsonSerializable(typeof(WorkerListReply))]
[JsonSerializable(typeof(StatusReply))]
[JsonSerializable(typeof(ReadyReply))]
public sealed partial class OperatorJson : JsonSerializerContext;
