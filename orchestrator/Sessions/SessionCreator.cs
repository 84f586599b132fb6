using Steelyard.Pool;
using Steelyard.Settings;
using Steelyard.WorkerHttp;

namespace Steelyard.Sessions;

/// <summary>Creates sessions.</summary>
public sealed class SessionCreator(
    SessionRegistry sessions,
    SessionRestorer restorer,
    SessionPlacer placer,
    SessionIdIssuer ids,
    SessionQuotas quotas,
    Options options,
    TimeProvider time)
{
    /// <summary>
    /// Creates a session. Throws <see cref="WorkerRefusedException"/>, <see cref="PoolUnavailableException"/>,
    /// <see cref="QuotaExceededException"/>, and <see cref="OperationCanceledException"/> when the client has left.
    /// </summary>
    public async Task<CreatedSession> CreateAsync(SessionRequest request, CancellationToken cancellationToken)
    {
        var quota = quotas.Take(request.Holder);
        try
        {
            var publicId = request.ChosenId ?? ids.Next();
            var (placement, reply, id) = await placer.PlaceAsync(request, publicId, Standing.New, cancellationToken);
            quota.BecomeLive();
            return Begin(request, publicId, quota, placement, reply, id);
        }
        catch
        {
            quota.Dispose();
            throw;
        }
    }

    private CreatedSession Begin(
        SessionRequest request, SessionId publicId, QuotaPlace quota, Placement placement, WorkerReply reply, Range id)
    {
        var kept = options.OnWorkerLost == OnWorkerLost.Restore ? request : request.WithoutPayload();
        var session = new Session(publicId, placement, kept, quota, time);
        var activity = session.Begin();
        try
        {
            sessions.Add(session, placement);
        }
        catch
        {
            reply.Dispose();
            throw;
        }

        _ = restorer.WatchAsync(session, placement); // Ends the session at once if the worker has died already.
        return new(session, activity, reply, id);
    }
}
