using Steelyard.Pool;
using Steelyard.WorkerHttp;
using Steelyard.Workers;

namespace Steelyard.Sessions;

/// <summary>Where a session lives: on which worker, under which id there.</summary>
/// <param name="Lease">The right to the worker.</param>
/// <param name="WorkerSessionId">The worker's private id, as the JSON token that stood in its reply, quotes included.</param>
public sealed record Placement(WorkerLease Lease, byte[] WorkerSessionId)
{
    public Worker Worker => Lease.Worker;

    /// <summary>Whether a worker's successful reply describes this very session, as a live one.</summary>
    internal bool IsIn(WorkerReply reply) => IsIn(reply, out _);

    /// <param name="reply">The reply.</param>
    /// <param name="id">Where the id stands in its body.</param>
    internal bool IsIn(WorkerReply reply, out Range id) =>
        SessionBody.TryFindId(reply.Body.Span, out id) && reply.Body.Span[id].SequenceEqual(WorkerSessionId) && !Worker.Client.Protocol.SaysEnded(reply.Body.Span);

    /// <summary>Its worker's entry in the ledger.</summary>
    internal LedgerEntry Entry { get; init; }
}
