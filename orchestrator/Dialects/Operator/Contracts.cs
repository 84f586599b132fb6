using System.Text.Json.Serialization;
using Steelyard.Pool;
using Steelyard.Sessions;
using Steelyard.Workers;

namespace Steelyard.Dialects.Operator;

/// <summary><c>GET /sessions</c>: the live ones.</summary>
public sealed record SessionListReply(IReadOnlyList<SessionEntry> Sessions);

/// <param name="CreatedAt">In UTC: as a DateTime it is written with a Z.</param>
/// <param name="WorkerId">Null while the session is being restored.</param>
public sealed record SessionEntry(
    string Id, string State, DateTime CreatedAt, double IdleSeconds, double RemainingSeconds, string? WorkerId, int Node, int Restarts)
{
    public static SessionEntry From(SessionView view) => new(
        view.Id.ToString(),
        "live",
        view.CreatedAt.UtcDateTime,
        Math.Round(view.Idle.TotalSeconds, 3),
        Math.Round(view.Remaining.TotalSeconds, 3),
        view.Worker?.Id,
        view.Id.Node,
        view.Restarts);
}

/// <summary><c>GET /sessions/{id}/history</c>.</summary>
public sealed record HistoryReply(IReadOnlyList<HistoryEntry> History);

/// <param name="WorkerId">Its last worker; null when it ended while another was sought.</param>
/// <param name="Reason">deleted, expired, worker_lost or drained.</param>
/// <param name="Cause">For worker_lost, as far as it is known: out_of_memory, too_many_processes, out_of_disk, hung, crashed, wrong_answer
/// or stopped_by_operator.</param>
/// <param name="Detail">By whom or through what, as the log has it.</param>
/// <param name="MaxAgeSeconds">Null for no end.</param>
public sealed record HistoryEntry(
    string Id,
    int Node,
    string? Holder,
    string? WorkerId,
    DateTime CreatedAt,
    DateTime EndedAt,
    string Reason,
    string? Cause,
    string Detail,
    int Restarts,
    long ProxyBytesSent,
    long ProxyBytesReceived,
    double TtlSeconds,
    double? MaxAgeSeconds,
    IReadOnlyDictionary<string, string> Metadata)
{
    public static HistoryEntry From(EndedSession session) => new(
        session.Id.ToString(),
        session.Node,
        session.Request.Holder,
        session.Worker,
        session.CreatedAt.UtcDateTime,
        session.EndedAt.UtcDateTime,
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
public sealed record WorkerListReply(IReadOnlyList<WorkerEntry> Workers);

/// <param name="Port">For operators only: on its port a worker obeys whoever calls it.</param>
/// <param name="LastExit">How the worker before it in its slot ended.</param>
/// <param name="MemoryBytes">Memory of its own of all its processes.</param>
public sealed record WorkerEntry(string Id, int Pid, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Port, string State, string? SessionId, int Restarts, string? LastExit, long MemoryBytes);

/// <summary><c>GET /status</c>: the worker API's shape, with the pool's numbers beside it.</summary>
public sealed record StatusReply(bool Available, string? SessionId, PoolNumbers Workers, QueueNumbers Queue)
{
    public static StatusReply From(PoolStatus pool) => new(
        pool.IsAvailable,
        null,
        new(pool.Ready, pool.Leased, pool.Starting, pool.Stopping, pool.Parked, pool.Slots, pool.Max),
        new(pool.Queued, pool.QueueLimit));
}

public sealed record PoolNumbers(int Ready, int Leased, int Starting, int Stopping, int Parked, int Slots, int Max);

public sealed record QueueNumbers(int Length, int Limit);

/// <summary><c>GET /readyz</c>.</summary>
/// <param name="Reasons">Why not; none for callers without a key, where there are keys.</param>
/// <param name="Isolation">What browsers are held by; null before the first of them runs, and when workers have none.</param>
public sealed record ReadyReply(bool Ready, IReadOnlyList<string> Reasons, IsolationReport? Isolation);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SessionListReply))]
[JsonSerializable(typeof(HistoryReply))]
[JsonSerializable(typeof(WorkerListReply))]
[JsonSerializable(typeof(StatusReply))]
[JsonSerializable(typeof(ReadyReply))]
public sealed partial class ContractsJson : JsonSerializerContext;
