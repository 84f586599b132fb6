using Steelyard.Pool;
using Steelyard.Settings;
using Steelyard.WorkerHttp;

namespace Steelyard.Sessions;

/// <summary>Finds a worker that takes a session, and lets go of those that fail at it.</summary>
public sealed class SessionPlacer(
    WorkerPool pool, SessionRecordStore records, Options options, TimeProvider time, ILogger<SessionPlacer> logger)
{
    private const int Tries = 3;

    /// <summary>
    /// Creates it on one worker after another until one answers sensibly. Trying again is safe: a worker whose answer is unknown dies.
    /// Throws <see cref="PoolUnavailableException"/> and <see cref="OperationCanceledException"/>.
    /// </summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="standing">What has come before it; one that a worker fails here goes before those that are new.</param>
    /// <param name="cancellationToken">Nobody wants it any more.</param>
    public async Task<PlacedSession> PlaceAsync(SessionRequest request, Standing standing, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var failed = 0;
        while (true)
        {
            var left = (request.Patience ?? options.QueueTimeout) - time.GetElapsedTime(started);
            var lease = await pool.LeaseAsync(standing, left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken);
            var (placed, error, failure) = await TryPlaceAsync(lease, request);
            if (placed is not null)
                return placed;
            logger.LogWarning("{Worker} failed to create a session: {Failure}", lease.Worker, failure);

            // One that had died before it was asked is no try: when many die at once, their news comes a moment later.
            if (error != WorkerError.Refused && ++failed == Tries)
                throw PoolUnavailableException.WorkersFailed(Tries, failure);
            if (failed > 0 && standing == Standing.New)
                standing = Standing.Retried;
        }
    }

    // Null, with the reason, when the worker failed: it is stopped then. The lease goes back unless it is placed.
    private async Task<(PlacedSession? Placed, WorkerError Error, string Failure)> TryPlaceAsync(WorkerLease lease, SessionRequest request)
    {
        PlacedSession? placed = null;
        var reply = default(WorkerReply);
        try
        {
            reply = await lease.Worker.Client.CreateAsync(request.Body);
            var isCreated = TryReadCreated(lease, reply, out var id);
            var isSetup = isCreated && request.Setup.Length > 0;
            if (isSetup)
                (reply, isCreated) = await SetUpAsync(lease, request, reply);
            if (isCreated)
            {
                var placement = new Placement(lease, reply.Body[id].ToArray()) { Entry = records.EntryOf(lease.Worker.Port) };
                return (placed = new(placement, reply, id), WorkerError.None, "");
            }

            if (reply is { Error: WorkerError.None, Status: >= 400 and < 500 })
                return (placed = new(null, reply, default) { IsSetup = isSetup }, WorkerError.None, "");
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

    private static bool TryReadCreated(WorkerLease lease, WorkerReply reply, out Range id)
    {
        id = default;
        if (!reply.IsSuccess
            || !SessionBody.TryFindId(reply.Body.Span, out id)
            || !SessionBody.TryReadId(reply.Body.Span[id], out var workerId))
            return false;
        lease.Holds(workerId);
        return true;
    }

    // Gives back the reply that counts from now on: the create's when the options are in force, else the refusal of the options.
    private async Task<(WorkerReply Reply, bool InForce)> SetUpAsync(WorkerLease lease, SessionRequest request, WorkerReply created)
    {
        var setup = await lease.Worker.Client.SetUpAsync(lease.SessionPath!, request.Setup, options.WorkerStartTimeout);
        (setup.IsSuccess ? setup : created).Dispose();
        return (setup.IsSuccess ? created : setup, setup.IsSuccess);
    }
}

/// <summary>A worker's answer to a create.</summary>
/// <param name="Placement">Where the session lives; null when the worker refused the body.</param>
/// <param name="Reply">The worker's reply.</param>
/// <param name="Id">Where the id stands in its body.</param>
public sealed record PlacedSession(Placement? Placement, WorkerReply Reply, Range Id) : IDisposable
{
    /// <summary>The reply is a refusal of the options, not of the body.</summary>
    public bool IsSetup { get; init; }

    public void Dispose() => Reply.Dispose();
}

/// <summary>The outcome of a create: a session, or none when the worker refused the body. Dispose when the answer is written.</summary>
/// <param name="Session">The session.</param>
/// <param name="Activity">The create itself is an activity of it.</param>
/// <param name="Placed">The worker's answer.</param>
public sealed record CreatedSession(Session? Session, SessionActivity? Activity, PlacedSession Placed) : IDisposable
{
    public void Dispose()
    {
        Placed.Dispose();
        Activity?.Dispose();
    }
}
