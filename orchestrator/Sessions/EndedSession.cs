namespace Steelyard.Sessions;

/// <summary>What is remembered of a session that has ended.</summary>
/// <param name="Request">What it was created from, without payload.</param>
/// <param name="Usage">As far as it was known before the end.</param>
public sealed record EndedSession(
    SessionId Id, SessionRequest Request, DateTimeOffset CreatedAt, DateTimeOffset EndedAt, EndReason Reason, int Restarts, ProxyUsage Usage);

/// <summary>Bytes through a session's proxy.</summary>
/// <param name="Sent">From the browser.</param>
/// <param name="Received">To the browser.</param>
public readonly record struct ProxyUsage(long Sent, long Received);
