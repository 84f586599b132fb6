using System.Text.Json;

namespace Steelyard.Client;

/// <summary><c>GET /status</c>.</summary>
internal sealed record NodeStatus(WorkerNumbers Workers, QueueNumbers Queue, string? Version, double UptimeSeconds, long? HistoryLost);

internal sealed record WorkerNumbers(int Ready, int Leased, int Starting, int Stopping, int Parked, int Slots, int Max)
{
    /// <summary>Workers that may still be started.</summary>
    public int Free => Math.Max(0, Max - Ready - Leased - Starting - Stopping - Parked);
}

internal sealed record QueueNumbers(int Length, int Limit, double? OldestSeconds);

/// <summary><c>GET /readyz</c>.</summary>
internal sealed record Readiness(
    bool Ready, IReadOnlyList<ReadinessProblem> Problems, JsonElement? Isolation, IReadOnlyDictionary<string, long>? DroppedEvents);

internal sealed record ReadinessProblem(string Code, string What, string Remedy, bool IsFatal);

/// <summary><c>GET /nodes</c>.</summary>
internal sealed record ClusterNodes(IReadOnlyList<ClusterNode> Nodes);

/// <param name="Name">Its name.</param>
/// <param name="Number">The part of a session's id that tells that the session lives there.</param>
/// <param name="State">active, draining, or unreachable.</param>
/// <param name="IsSelf">It is the node that answers.</param>
/// <param name="Waiting">Creates of its clients that wait for a node with room.</param>
/// <param name="UptimeSeconds">Null when it is unreachable, or does not tell it.</param>
internal sealed record ClusterNode(
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
    public bool IsReachable => State != "unreachable";

    public bool IsActive => State == "active";

    public TimeSpan? Uptime => UptimeSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
}

/// <summary><c>GET /sessions</c>.</summary>
/// <param name="MissingNodes">The nodes that did not answer in time; null for none. So with the other lists.</param>
internal sealed record LiveSessions(IReadOnlyList<LiveSession> Sessions, IReadOnlyList<string>? MissingNodes);

internal sealed record LiveSession(
    string Id,
    DateTimeOffset CreatedAt,
    double IdleSeconds,
    double RemainingSeconds,
    string? WorkerId,
    int Node,
    int Restarts,
    string? Key,
    IReadOnlyDictionary<string, string>? Metadata,
    string? LiveView);

/// <summary>A target of <c>GET /sessions/{id}/json/list</c>.</summary>
internal sealed record BrowserPage(string Id, string Type, string? Title, string? Url);

/// <summary><c>GET /history</c> and <c>GET /sessions/{id}/history</c>.</summary>
internal sealed record EndedSessions(IReadOnlyList<EndedSession> History, string? Next, IReadOnlyList<string>? MissingNodes);

internal sealed record EndedSession(
    string Id,
    int Node,
    string? Holder,
    string? WorkerId,
    DateTimeOffset CreatedAt,
    DateTimeOffset EndedAt,
    string Reason,
    string? Cause,
    string Detail,
    int Restarts,
    long ProxyBytesSent,
    long ProxyBytesReceived,
    double TtlSeconds,
    double? MaxAgeSeconds,
    IReadOnlyDictionary<string, string>? Metadata);

/// <summary><c>GET /workers</c>.</summary>
internal sealed record NodeWorkers(
    IReadOnlyList<NodeWorker> Workers, IReadOnlyList<ExitedWorker> Exited, IReadOnlyList<string>? MissingNodes);

internal sealed record ExitedWorker(string Id, DateTimeOffset ExitedAt, string Exit, string Cause, string? LastLines, string? Node);

/// <param name="Node">Name of its node, of whose workers alone its id is unique; null on a node that is alone.</param>
internal sealed record NodeWorker(
    string Id,
    int Pid,
    int? Port,
    string State,
    string? SessionId,
    int Restarts,
    string? LastExit,
    long MemoryBytes,
    double CpuSeconds,
    DateTimeOffset StartedAt,
    string? Node);

/// <summary><c>GET /series</c>: the last hour.</summary>
internal sealed record Series(double PeriodSeconds, IReadOnlyList<SeriesPoint> Points);

/// <param name="At">End of the period.</param>
/// <param name="Created">Sessions that were created in the period; so with the others in the past tense.</param>
/// <param name="WaitP50">Seconds from a create until it had a worker; null when there was none.</param>
internal sealed record SeriesPoint(
    DateTimeOffset At,
    int Leased,
    int Ready,
    int Starting,
    int Parked,
    int Queued,
    int Created,
    int Refused,
    int Lost,
    int Exited,
    double? WaitP50,
    double? WaitP99);

/// <summary>An event of <c>GET /events</c>.</summary>
internal sealed record NodeEvent(
    string Id,
    DateTimeOffset At,
    string Type,
    string? Session,
    string? Worker,
    string? Key,
    string? Reason,
    string? Cause,
    string? Detail,
    double? Seconds);

/// <summary><c>GET /events</c>: a page of the node's events.</summary>
internal sealed record EventPage(IReadOnlyList<NodeEvent> Events, string Next);

/// <summary><c>GET /sessions/{id}/events</c>: a page of a recording.</summary>
internal sealed record RecordingPage(IReadOnlyList<JsonElement> Events, string Next);
