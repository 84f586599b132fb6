using Steelyard.Workers;

namespace Steelyard.Sessions;

/// <summary>Where a session lives: on which worker, under which id there.</summary>
/// <param name="Lease">The right to the worker.</param>
/// <param name="WorkerSessionId">The worker's private id, as the JSON token that stood in its reply, quotes included.</param>
public sealed record Placement(WorkerLease Lease, byte[] WorkerSessionId)
{
    public Worker Worker => Lease.Worker;
}
