using Steelyard.Pool;
using Steelyard.Settings;
using Steelyard.WorkerHttp;
using Steelyard.Workers;

namespace Steelyard.Sessions;

/// <summary>
/// Clients' calls on sessions: find the session, find where it lives, ask the worker there, and accept only an answer about this session.
/// The methods throw <see cref="SessionGoneException"/> when the session has ended, and <see cref="PoolUnavailableException"/> while it
/// waits for a worker or its worker cannot be asked.
/// </summary>
public sealed class SessionCalls(SessionRegistry sessions, SessionRestorer restorer, Options options, TimeProvider time)
{
    private const int Tries = 3;
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ExitTime = TimeSpan.FromMilliseconds(100);

    /// <summary>Finds a session and opens an activity on it. The call is over when the activity is disposed.</summary>
    public SessionActivity Begin(string? id, Caller caller, out Session session)
    {
        session = sessions.Find(id, caller, out var activity, out var end) ?? throw new SessionGoneException(end);
        return activity!;
    }

    /// <summary>Returns where the session lives. Waits for a moment while it is being restored.</summary>
    public async ValueTask<Placement> PlaceAsync(Session session) =>
        await session.TryPlaceAsync(options.WorkerTimeout) ?? throw Gone(session);

    /// <summary>As <see cref="PlaceAsync"/>, on a worker with the bundled worker's own calls.</summary>
    /// <param name="session">The session.</param>
    /// <param name="what">What the client asked for. A worker without it gives <see cref="MissingFeatureException"/>.</param>
    public async ValueTask<Placement> PlaceWithExtrasAsync(Session session, string what)
    {
        var placement = await PlaceAsync(session);
        return placement.Worker.HasExtras ? placement : throw new MissingFeatureException(what);
    }

    /// <summary>
    /// Call it after each answer of a worker: the session may have moved meanwhile, and the answer is about the worker's next session.
    /// </summary>
    public static void CheckIsOn(Session session, Placement placement)
    {
        if (!session.IsOn(placement))
            throw Gone(session);
    }

    /// <summary>Makes a DevTools discovery call, such as <c>GET /json/list</c>. The reply may be an error of the worker.</summary>
    public static async ValueTask<WorkerReply> DiscoverAsync(Session session, Placement placement, string method, string pathAndQuery)
    {
        var reply = await placement.Worker.Client.DiscoverAsync(method, pathAndQuery);
        var (isCurrent, unavailable) = (session.IsOn(placement), PoolUnavailableException.Of(reply.Error));
        if (isCurrent && unavailable is null)
            return reply;
        reply.Dispose();
        throw isCurrent ? unavailable! : Gone(session);
    }

    /// <summary>
    /// Reads a session. The reply is the worker's description of it, and says where its id stands; or a 5xx, after which the session is
    /// still live. Any other answer ends the session or restores it on another worker, and the call is repeated there.
    /// </summary>
    public async ValueTask<(WorkerReply Reply, Range Id)> GetAsync(Session session)
    {
        for (var attempt = 1; attempt <= Tries && session.EndReason is null; attempt++)
        {
            if (await session.TryPlaceAsync(options.WorkerTimeout) is not { } placement)
                continue;
            var reply = await placement.Worker.Client.GetAsync(placement.Lease.SessionPath!);

            // Meanwhile, the worker may have been leased to another session, and it may use the same id for that one.
            var isCurrent = session.IsOn(placement);
            if (isCurrent)
            {
                if (reply.IsSuccess && placement.IsIn(reply, out var id))
                    return (reply, id);
                if (reply.Status >= 500)
                    return (reply, default);
            }

            using (reply)
                if (isCurrent)
                    await LoseOrThrowAsync(session, placement, reply);
        }

        throw Gone(session);
    }

    private async Task LoseOrThrowAsync(Session session, Placement placement, WorkerReply reply)
    {
        if (PoolUnavailableException.Of(reply.Error) is { } unavailable)
            throw unavailable;
        if (reply.Error == WorkerError.TimedOut && placement.Worker.WasStarvedWithin(options.WorkerTimeout))
            throw PoolUnavailableException.Starved();
        if (reply.Status == StatusCodes.Status404NotFound || reply.Error == WorkerError.Closed)
            await WaitClosedAsync(session, placement);
        restorer.Lose(session, placement, await LossAsync(placement.Worker, reply));
    }

    // A bundled worker whose client has just closed the browser denies the session in the moment before its exit status tells the reason.
    private async Task WaitClosedAsync(Session session, Placement placement)
    {
        if (!placement.Worker.HasExtras)
            return;
        await Task.WhenAny(placement.Worker.Exited, Task.Delay(ClosingTime, time));
        sessions.EndIfClosed(session, placement);
    }

    // The end of a worker's connection may be seen a moment before the worker's exit, which tells more.
    private async Task<WorkerLoss> LossAsync(Worker worker, WorkerReply reply)
    {
        if (reply.Error is WorkerError.Closed or WorkerError.Refused)
            await Task.WhenAny(worker.Exited, Task.Delay(ExitTime, time));
        if (worker.Exited.IsCompleted)
            return worker.LossOf(await worker.Exited);
        if (worker.StopReason is { } reason)
            return WorkerLoss.Of(reason);
        var answer = reply.IsSuccess ? "the body of another session, or of one that is over" : reply.ToString();
        return WorkerLoss.Untrusted($"answered a get with {answer}");
    }

    private static Exception Gone(Session session) =>
        session.End is { } end ? new SessionGoneException(end) : PoolUnavailableException.BeingRestored();
}
