namespace Steelyard.Sessions;

/// <summary>A session that has ended, as the history keeps it.</summary>
/// <param name="Id">Its public id.</param>
/// <param name="Request">The request that created it, without payload.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="Detail">Who or what ended it, as in the log.</param>
/// <param name="Worker">Id of its last worker; null when the session ended while it waited for another worker.</param>
/// <param name="Node">Number of the node it lived on.</param>
/// <param name="Restarts">How often it was restored.</param>
/// <param name="Usage">Bytes through its proxy, as last known before the end.</param>
public sealed record EndedSession(
    SessionId Id,
    SessionRequest Request,
    DateTimeOffset CreatedAt,
    DateTimeOffset EndedAt,
    EndReason Reason,
    string Detail,
    string? Worker,
    int Node,
    int Restarts,
    ProxyUsage Usage)
{
    /// <summary>Why its worker was lost, for programs; null when that is not known, or the session ended for another reason.</summary>
    public string? Cause { get; init; }

    /// <summary>How long it lived; never negative, even when the clock was set back.</summary>
    public TimeSpan Duration => EndedAt > CreatedAt ? EndedAt - CreatedAt : TimeSpan.Zero;

    public SessionEnd End => new(Reason, Detail, Cause);

    /// <summary>
    /// Its number in the order in which sessions ended, which continues after restarts of the node; 0 until
    /// <see cref="SessionHistory.Add"/> sets it.
    /// </summary>
    public long Number { get; init; }
}

/// <summary>Bytes through a session's proxy.</summary>
/// <param name="Sent">From the browser.</param>
/// <param name="Received">To the browser.</param>
public readonly record struct ProxyUsage(long Sent, long Received);
