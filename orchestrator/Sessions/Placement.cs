using Steelyard.Pool;
using Steelyard.WorkerHttp;
using Steelyard.Workers;

namespace Steelyard.Sessions;

/// <summary>Where a session lives: its worker, and its id there.</summary>
/// <param name="Lease">The exclusive right to the worker.</param>
/// <param name="WorkerSessionId">The worker's private id, as the JSON token from its reply, including quotes.</param>
public sealed record Placement(WorkerLease Lease, byte[] WorkerSessionId)
{
    public Worker Worker => Lease.Worker;

    /// <summary>Whether a worker's successful reply describes this session, and describes it as live.</summary>
    internal bool IsIn(WorkerReply reply) => IsIn(reply, out _);

    /// <param name="reply">The reply.</param>
    /// <param name="id">Position of the id in the reply's body.</param>
    internal bool IsIn(WorkerReply reply, out Range id) =>
        SessionBody.TryFindId(reply.Body.Span, out id)
        && reply.Body.Span[id].SequenceEqual(WorkerSessionId)
        && !Worker.Client.Protocol.SaysEnded(reply.Body.Span);

    /// <summary>Time from the request until the lease; zero for a session of an earlier orchestrator.</summary>
    internal TimeSpan Waited { get; init; }

    /// <summary>Whether the worker records the session.</summary>
    internal bool IsRecorded { get; init; }

    /// <summary>The worker's entry in the ledger.</summary>
    internal LedgerEntry Entry { get; init; }
}
