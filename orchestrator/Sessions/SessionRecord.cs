namespace Steelyard.Sessions;

/// <summary>A session as it is written down in its worker's folder, for a later orchestrator. It counts only while the ledger names it there.</summary>
/// <param name="Id">Its public id.</param>
/// <param name="WorkerSessionId">The worker's private id, as the JSON token that stood in its reply.</param>
/// <param name="Request">What it was created from; of a dialect's own kind of request, what it tells as <see cref="SessionRequest.Facts"/>.</param>
/// <param name="CreatedAt">When, for people.</param>
/// <param name="Created">When, as a timestamp of the monotonic clock.</param>
/// <param name="Restarts">How often it was restored.</param>
public sealed record SessionRecord(SessionId Id, byte[] WorkerSessionId, SessionRequest Request, DateTimeOffset CreatedAt, long Created, int Restarts)
{
    /// <summary>The kernel's id of the boot whose clock the timestamps are of; null in records of older orchestrators, which did not write it.</summary>
    public string? Boot { get; init; }

    /// <summary>Where in the ledger it is while it has no worker.</summary>
    public int? WaitingAt { get; init; }
}
