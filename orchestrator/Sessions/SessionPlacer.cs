using Steelyard.Workers;

namespace Steelyard.Sessions;

/// <summary>Finds a worker that takes a session, and lets go of those that fail at it.</summary>
public sealed class SessionPlacer(WorkerPool pool, Options options, TimeProvider time, ILogger<SessionPlacer> logger)
{
    private const int Tries = 3;

    /// <summary>
    /// Posts the body to one worker after another until one answers sensibly. Trying again is safe: a worker whose answer is unknown dies.
    /// Throws <see cref="PoolUnavailableException"/> and <see cref="OperationCanceledException"/>.
    /// </summary>
    /// <param name="body">JSON.</param>
    /// <param name="again">It had a worker before: it need not stand in line once more.</param>
    /// <param name="cancellationToken">Nobody wants it any more.</param>
    public async Task<PlacedSession> PlaceAsync(ReadOnlyMemory<byte> body, bool again, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var failed = 0;
        while (true)
        {
            var left = options.QueueTimeout - time.GetElapsedTime(started);
            var lease = await pool.LeaseAsync(again || failed > 0, left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken);
            var (placed, error, failure) = await TryPlaceAsync(lease, body);
            if (placed is not null)
                return placed;
            logger.LogWarning("{Worker} failed to create a session: {Failure}", lease.Worker, failure);

            // One that had died before it was asked is no try: when many die at once, their news comes a moment later.
            if (error != WorkerError.Refused && ++failed == Tries)
                throw PoolUnavailableException.WorkersFailed(Tries, failure);
        }
    }

    // Null, with the reason, when the worker failed: it is stopped then. The lease goes back unless it is placed.
    private static async Task<(PlacedSession? Placed, WorkerError Error, string Failure)> TryPlaceAsync(WorkerLease lease, ReadOnlyMemory<byte> body)
    {
        var reply = default(WorkerReply);
        PlacedSession? placed = null;
        try
        {
            reply = await lease.Worker.Client.CreateAsync(body);
            if (reply.IsSuccess && SessionBody.TryFindId(reply.Body.Span, out var id) && SessionBody.TryReadId(reply.Body.Span[id], out var workerId))
            {
                lease.Holds(workerId);
                return (placed = new(new(lease, reply.Body[id].ToArray()), reply, id), WorkerError.None, "");
            }

            if (reply is { Error: WorkerError.None, Status: >= 400 and < 500 })
                return (placed = new(null, reply, default), WorkerError.None, "");
            if (reply.Error == WorkerError.Busy)
                throw PoolUnavailableException.NoConnection();
            lease.Distrust();
            return (null, reply.Error, reply.IsSuccess ? "a reply without an id" : reply.ToString());
        }
        finally
        {
            if (placed is null)
                reply.Dispose();
            if (placed?.Placement is null)
                lease.Dispose();
        }
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
