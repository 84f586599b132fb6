using System.Collections.Concurrent;
using Steelyard.Workers;

namespace Steelyard.Sessions;

/// <summary>Creates, finds and ends the sessions of this node. Ending has one path, whoever asks for it: <see cref="End"/>.</summary>
public sealed class SessionService(
    SessionIdIssuer ids, SessionHistory history, SessionPlacer placer, Options options, TimeProvider time, ILogger<SessionService> logger)
{
    private readonly ConcurrentDictionary<SessionId, Session> live = new();
    private readonly SessionClock clock = new(options.SessionTtl, options.SessionMaxAge);

    public IEnumerable<Session> Live => live.Select(pair => pair.Value);

    /// <summary>
    /// Creates a session from a JSON body. The reply is the worker's, whether it made a session or refused the body; the caller disposes it.
    /// Throws <see cref="PoolUnavailableException"/>, and <see cref="OperationCanceledException"/> when the client has left.
    /// </summary>
    public async Task<CreatedSession> CreateAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var placed = await placer.PlaceAsync(body, again: false, cancellationToken);
        if (placed.Placement is not { } placement)
            return new(null, default, placed);

        var kept = options.OnWorkerLost == OnWorkerLost.Restore ? body : default;
        var session = new Session(ids.Next(), placement, kept, clock, time);
        session.TryBegin(out var activity);
        live[session.Id] = session;
        _ = WatchAsync(session, placement);
        logger.LogInformation("Session {Id} created on {Worker}", session.Id, placement.Worker);
        return new(session, activity, placed);
    }

    /// <summary>Finds a live session and opens an activity on it. Null when there is none: <paramref name="reason"/> says why, if that is known.</summary>
    public Session? Find(ReadOnlySpan<char> text, out SessionActivity activity, out EndReason? reason)
    {
        activity = default;
        reason = null;
        if (!SessionId.TryParse(text, out var id))
            return null;
        if (live.TryGetValue(id, out var session))
        {
            if (session.TryBegin(out activity))
                return session;
            if (session.IsOver())
                End(session, EndReason.Expired, "its time was over");
            reason = session.EndReason;
        }
        else if (ids.Made(id))
        {
            reason = history.Find(id);
        }

        return null;
    }

    /// <summary>Ends a session. True for the one caller who did.</summary>
    /// <param name="session">The session.</param>
    /// <param name="reason">Why.</param>
    /// <param name="detail">For the log: by whom or through what.</param>
    public bool End(Session session, EndReason reason, string detail)
    {
        if (!session.TryEnd(reason, out var placement))
            return false;
        history.Add(session.Id, reason);
        live.TryRemove(session.Id, out _);
        if (reason == EndReason.WorkerLost)
            placement?.Lease.Distrust();
        placement?.Lease.Dispose();
        logger.LogInformation("Session {Id} ended: {Reason} ({Detail})", session.Id, reason.Name(), detail);
        return true;
    }

    /// <summary>Its worker died, hangs or lies: the session ends or is restored elsewhere. Does nothing if it does not live there any more.</summary>
    public void Lose(Session session, Placement placement, string detail)
    {
        if (options.OnWorkerLost == OnWorkerLost.End || session.Restarts >= options.MaxRestores)
        {
            if (session.IsOn(placement))
                End(session, EndReason.WorkerLost, $"{placement.Worker}: {detail}");
        }
        else if (session.TryBeginRestore(placement))
        {
            placement.Lease.Distrust();
            placement.Lease.Dispose();
            _ = RestoreAsync(session, $"{placement.Worker}: {detail}");
        }
    }

    /// <summary>Ends every session, because the node stops.</summary>
    public void Drain()
    {
        foreach (var session in Live)
            End(session, EndReason.Drained, "the node shuts down");
    }

    private async Task WatchAsync(Session session, Placement placement)
    {
        // Until the session's end only: the worker may outlive thousands of sessions, and must not keep them all in memory.
        await ((Task)placement.Worker.Exited.WaitAsync(session.Ended)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (placement.Worker.Exited.IsCompletedSuccessfully)
            Lose(session, placement, $"exited, {await placement.Worker.Exited}");
    }

    private async Task RestoreAsync(Session session, string lost)
    {
        try
        {
            using var placed = await placer.PlaceAsync(session.Body, again: true, session.Ended);
            if (placed.Placement is not { } placement)
            {
                End(session, EndReason.WorkerLost, $"{lost}; no worker took it again: {placed.Reply}");
            }
            else if (session.TryRestore(placement))
            {
                _ = WatchAsync(session, placement);
                logger.LogWarning("Session {Id} restored on {Worker} after {Lost}", session.Id, placement.Worker, lost);
            }
            else
            {
                placement.Lease.Dispose();
            }
        }
        catch (PoolUnavailableException e)
        {
            End(session, EndReason.WorkerLost, $"{lost}; not restored: {e.Message}");
        }
        catch (OperationCanceledException)
        {
            // It ended while it waited for a worker; whoever ended it has said so.
        }
        catch (Exception e)
        {
            logger.LogError(e, "Session {Id} was not restored through an error of ours", session.Id);
            End(session, EndReason.WorkerLost, $"{lost}; not restored through an error of ours");
        }
    }
}
