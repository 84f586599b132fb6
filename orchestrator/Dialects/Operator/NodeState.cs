using Steelyard.Pool;

namespace Steelyard.Dialects.Operator;

/// <summary>What <see cref="Readiness"/> judges a node by.</summary>
/// <param name="Pool">The pool's numbers.</param>
/// <param name="Warm">Number of idle workers that are wanted.</param>
/// <param name="IsClosing">The node shuts down or drains.</param>
internal sealed record NodeState(PoolStatus Pool, int Warm, bool IsClosing)
{
    /// <summary>A session that nobody has used for this time may be forgotten.</summary>
    public static readonly TimeSpan LongIdle = TimeSpan.FromMinutes(1);

    /// <summary>Sessions that have been idle for <see cref="LongIdle"/>. Known only while creates wait.</summary>
    public int IdleSessions { get; init; }

    /// <summary>What the last worker that died by itself wrote at its end; null for callers who may not see it.</summary>
    public string? LastWords { get; init; }

    /// <summary>Ended sessions that could not be written.</summary>
    public long HistoryLost { get; init; }

    /// <summary>Why the last write or read of the history has failed.</summary>
    public string HistoryTrouble { get; init; } = "";

    /// <summary>Why recordings cannot be kept now; null when they can.</summary>
    public string? RecordingTrouble { get; init; }
}
