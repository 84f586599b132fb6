using Steelyard.Workers;

namespace Steelyard.Sessions;

/// <summary>Finds a worker that takes a session, and lets go of those that fail at it.</summary>
public sealed class SessionPlacer(WorkerPool pool, ILogger<SessionPlacer> logger)
{
    private const int Tries = 3;

    /// <summary>
    /// Posts the body to one worker after another until one answers sensibly. Trying again is safe: a worker whose answer is unknown dies.
    /// Throws <see cref="PoolUnavailableException"/> and <see cref="OperationCanceledException"/>.
    /// </summary>
    public async Task<PlacedSession> PlaceAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var failure = "";
        for (var attempt = 1; attempt <= Tries; attempt++)
        {
            var lease = await pool.LeaseAsync(again: attempt > 1, cancellationToken);
            var reply = await lease.Worker.Client.CreateAsync(body);
            if (reply.IsSuccess && SessionBody.TryFindId(reply.Body.Span, out var id) && SessionBody.TryReadId(reply.Body.Span[id], out var workerId))
            {
                lease.Holds(workerId);
                return new(new(lease, reply.Body[id].ToArray()), reply, id);
            }

            if (reply is { Error: WorkerError.None, Status: >= 400 and < 500 })
            {
                lease.Dispose();
                return new(null, reply, default);
            }

            failure = reply.IsSuccess ? "a reply without an id" : reply.ToString();
            logger.LogWarning("{Worker} failed to create a session: {Failure}", lease.Worker, failure);
            reply.Dispose();
            lease.Distrust();
            lease.Dispose();
        }

        throw PoolUnavailableException.WorkersFailed(Tries, failure);
    }
}

/// <summary>A worker's answer to a create.</summary>
/// <param name="Placement">Where the session lives; null when the worker refused the body.</param>
/// <param name="Reply">The worker's reply.</param>
/// <param name="Id">Where the id stands in its body.</param>
public sealed record PlacedSession(Placement? Placement, WorkerReply Reply, Range Id) : IDisposable
{
    public void Dispose() => Reply.Dispose();
}

/// <summary>The outcome of a create: a session, or none when the worker refused the body. Dispose when the answer is written.</summary>
/// <param name="Session">The session.</param>
/// <param name="Activity">The create itself is an activity of it.</param>
/// <param name="Placed">The worker's answer.</param>
public sealed record CreatedSession(Session? Session, SessionActivity Activity, PlacedSession Placed) : IDisposable
{
    public void Dispose()
    {
        Placed.Dispose();
        if (Session is not null)
            Activity.Dispose();
    }
}
