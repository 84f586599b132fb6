namespace Steelyard.Sessions;

/// <summary>What is remembered of a session that has ended.</summary>
/// <param name="Id">Its public id.</param>
/// <param name="Request">What it was created from, without payload.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="Detail">By whom or through what, as the log has it.</param>
/// <param name="Worker">Id of its last worker; null when it ended while another was sought.</param>
/// <param name="Node">Number of the node it lived on.</param>
/// <param name="Restarts">How often it was restored.</param>
/// <param name="Usage">As far as it was known before the end.</param>
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
    /// <summary>What its worker was lost to, for programs; null when that is not known, or not why it ended.</summary>
    public string? Cause { get; init; }

    /// <summary>How long it lived, never less than nothing: the clock may have been set back meanwhile.</summary>
    public TimeSpan Duration => EndedAt > CreatedAt ? EndedAt - CreatedAt : TimeSpan.Zero;

    public SessionEnd End => new(Reason, Detail, Cause);

    /// <summary>
    /// Its place among all that have ended, restarts of the node included; 0 until <see cref="SessionHistory.Add"/> has given it one.
    /// </summary>
    public long Number { get; init; }
}

/// <summary>Bytes through a session's proxy.</summary>
/// <param name="Sent">From the browser.</param>
/// <param name="Received">To the browser.</param>
public readonly record struct ProxyUsage(long Sent, long Received);
