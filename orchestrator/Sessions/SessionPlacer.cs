using Steelyard.Contract;
using Steelyard.Pool;
using Steelyard.Recordings;
using Steelyard.Settings;
using Steelyard.WorkerHttp;

namespace Steelyard.Sessions;

/// <summary>Finds a worker that takes a session, and lets go of those that fail at it.</summary>
public sealed class SessionPlacer(
    WorkerPool pool,
    SessionRecordStore records,
    RecordingStore recordings,
    Options options,
    TimeProvider time,
    ILogger<SessionPlacer> logger)
{
    private const int Tries = 3;

    /// <summary>
    /// Creates it on one worker after another until one answers sensibly. Trying again is safe: a worker whose answer is unknown dies.
    /// Throws <see cref="WorkerRefusedException"/>, <see cref="PoolUnavailableException"/> and <see cref="OperationCanceledException"/>.
    /// </summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="id">The session's public id.</param>
    /// <param name="standing">What has come before it; one that a worker fails here goes before those that are new.</param>
    /// <param name="cancellationToken">Nobody wants it any more.</param>
    /// <returns>Where it lives; the worker's reply, which the caller disposes; and where the id stands in the reply's body.</returns>
    public async Task<(Placement Placement, WorkerReply Reply, Range Id)> PlaceAsync(
        SessionRequest request, SessionId id, Standing standing, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var failed = 0;
        while (true)
        {
            var left = (request.Patience ?? options.QueueTimeout) - time.GetElapsedTime(started);
            var lease = Reservation.TryTakeAsync(cancellationToken) is { } kept
                ? await kept
                : await pool.LeaseAsync(standing, left > TimeSpan.Zero ? left : TimeSpan.Zero, TimeSpan.Zero, cancellationToken);
            var (placement, reply, place) = await TryPlaceAsync(lease, request, id, time.GetElapsedTime(started));
            if (placement is not null)
            {
                if (standing != Standing.Restored && request.ChosenId is not null)
                    recordings.Forget(id.ToString());
                return (placement, reply, place);
            }

            var failure = reply.IsSuccess ? "a reply without an id" : reply.ToString();
            logger.LogWarning("{Worker} failed to create a session: {Failure}", lease.Worker, failure);

            // One that had died before it was asked is no try: when many die at once, their news comes a moment later.
            if (reply.Error != WorkerError.Refused && ++failed == Tries)
                throw PoolUnavailableException.WorkersFailed(Tries, failure);
            if (failed > 0 && standing == Standing.New)
                standing = Standing.Retried;
        }
    }

    // Without a placement when the worker failed: it is stopped then, and its reply is disposed. The lease goes back unless it is placed.
    private async Task<(Placement? Placement, WorkerReply Reply, Range Id)> TryPlaceAsync(
        WorkerLease lease, SessionRequest request, SessionId publicId, TimeSpan waited)
    {
        Placement? placement = null;
        var reply = default(WorkerReply);
        try
        {
            var mode = request.RecordingOn(lease.Worker, options);
            var headers = lease.Worker.HasExtras
                ? $"{RecordingNames.SessionHeader}: {publicId}\r\n{RecordingNames.ModeHeader}: {mode.Name()}"
                : null;
            reply = await lease.Worker.Client.CreateAsync(request.Body, headers);
            var isCreated = TryReadCreated(lease, reply, out var id);
            var isSetup = isCreated && request.Setup.Length > 0;
            if (isSetup)
                (reply, isCreated) = await SetUpAsync(lease, request, reply);
            if (isCreated)
                placement = new(lease, reply.Body[id].ToArray())
                {
                    Entry = records.EntryOf(lease.Worker.Port),
                    Waited = waited,
                    IsRecorded = mode != RecordMode.Off,
                };
            else if (reply is { Error: WorkerError.None, Status: >= 400 and < 500 })
                throw new WorkerRefusedException(request, reply, isSetup);
            else if (reply.Error == WorkerError.Busy)
                throw PoolUnavailableException.NoConnection();
            else
                lease.Distrust();
            return (placement, reply, id);
        }
        finally
        {
            if (placement is null)
            {
                reply.Dispose();
                lease.Dispose();
            }
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
