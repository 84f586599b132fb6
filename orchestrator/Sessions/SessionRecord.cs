namespace Steelyard.Sessions;

/// <summary>
/// A session as it is saved for a later orchestrator, in its worker's folder or in the folder of sessions that wait for a worker. A record
/// in a worker's folder is valid only while the ledger names the session at that worker.
/// </summary>
/// <param name="Id">Its public id.</param>
/// <param name="WorkerSessionId">The worker's private id, as the JSON token from its reply.</param>
/// <param name="Request">The request that created it; of a dialect's own fields, only <see cref="SessionRequest.Facts"/>.</param>
/// <param name="CreatedAt">When it was created, for people.</param>
/// <param name="Created">When it was created, as a timestamp of the monotonic clock.</param>
/// <param name="Restarts">How often it was restored.</param>
public sealed record SessionRecord(
    SessionId Id, byte[] WorkerSessionId, SessionRequest Request, DateTimeOffset CreatedAt, long Created, int Restarts)
{
    /// <summary>The kernel's id of the boot in which the timestamps were taken; null in records of older orchestrators.</summary>
    public string? Boot { get; init; }

    /// <summary>Number of its entry in the ledger while it waits for a worker; null when it has none.</summary>
    public int? WaitingAt { get; init; }
}
