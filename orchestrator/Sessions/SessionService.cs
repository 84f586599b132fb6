using System.Collections.Concurrent;
using Steelyard.Workers;

namespace Steelyard.Sessions;

/// <summary>Creates, finds and ends the sessions of this node. Ending has one path, whoever asks for it: <see cref="End"/>.</summary>
public sealed class SessionService(
    SessionIdIssuer ids, SessionHistory history, SessionPlacer placer, SessionRecords records, SessionQuotas quotas, Options options, TimeProvider time, ILogger<SessionService> logger)
{
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<SessionId, Session> live = new();

    public IEnumerable<Session> Live => live.Select(pair => pair.Value);

    /// <summary>
    /// Creates a session. The reply is the worker's, whether it made a session or refused what was asked; the caller disposes it.
    /// Throws <see cref="PoolUnavailableException"/>, <see cref="QuotaExceededException"/>, and <see cref="OperationCanceledException"/> when the
    /// client has left.
    /// </summary>
    public async Task<CreatedSession> CreateAsync(SessionRequest request, CancellationToken cancellationToken)
    {
        var quota = quotas.Take(request.Holder);
        try
        {
            var placed = await placer.PlaceAsync(request, again: false, cancellationToken);
            if (placed.Placement is not { } placement)
            {
                quota.Dispose();
                return new(null, default, placed);
            }

            quota.BecomeLive();
            var kept = options.OnWorkerLost == OnWorkerLost.Restore ? request : request.WithoutPayload();
            var session = new Session(request.ChosenId ?? ids.Next(), placement, kept, quota, time);
            session.TryBegin(out var activity);
            Begin(session, placement, placed);
            _ = WatchAsync(session, placement);
            logger.LogInformation("Session {Id} created on {Worker}{For}", session.Id, placement.Worker, request.Holder is { } holder ? $" for {holder}" : "");
            return new(session, activity, placed);
        }
        catch
        {
            quota.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Finds a live session and opens an activity on it. Null when there is none that this caller may see: <paramref name="reason"/> says why, if that
    /// is known.
    /// </summary>
    public Session? Find(ReadOnlySpan<char> text, Caller caller, out SessionActivity activity, out EndReason? reason)
    {
        activity = default;
        reason = null;
        if (!SessionId.TryParse(text, out var id))
            return null;
        if (!live.TryGetValue(id, out var session))
        {
            reason = FindEnded(id, caller)?.Reason;
            return null;
        }

        if (!caller.Sees(session.Request.Holder))
            return null;
        if (session.TryBegin(out activity))
            return session;
        EndIfOver(session);
        reason = session.EndReason;
        return null;
    }

    /// <summary>A live session, without opening an activity on it: looking is not using. Null when its time is over, too.</summary>
    public Session? FindLive(SessionId id) => live.TryGetValue(id, out var session) && session.EndReason is null && !session.IsOver() ? session : null;

    /// <summary>The session that has this id, be it live or just ending. Only when that is null and nothing is remembered of it, the id is free.</summary>
    internal Session? FindPresent(SessionId id) => live.GetValueOrDefault(id);

    /// <summary>Ends it when its time is over and nobody has ended it yet. True for the one caller who did.</summary>
    public bool EndIfOver(Session session) => session.IsOver() && End(session, EndReason.Expired, "its time was over");

    /// <summary>What is in memory of a session that has ended; null when that is nothing, or nothing for this caller.</summary>
    public EndedSession? FindEnded(SessionId id, Caller? caller = null) =>
        history.Find(id) is { } ended && (caller ?? Caller.Anyone).Sees(ended.Request.Holder) ? ended : null;

    /// <summary>The same, and from the store what is no longer in memory. Throws <see cref="History.HistoryUnavailableException"/>.</summary>
    public async Task<EndedSession?> FindEndedAsync(ReadOnlyMemory<char> text, Caller caller) =>
        SessionId.TryParse(text.Span, out var id) && await history.FindAsync(id) is { } ended && caller.Sees(ended.Request.Holder) ? ended : null;

    /// <summary>Ends a session. True for the one caller who did.</summary>
    /// <param name="session">The session.</param>
    /// <param name="reason">Why.</param>
    /// <param name="detail">For the log: by whom or through what.</param>
    public bool End(Session session, EndReason reason, string detail)
    {
        if (!session.TryEnd(reason, out var placement))
            return false;
        history.Add(new(
            session.Id, session.Request.WithoutPayload(), session.CreatedAt, time.GetUtcNow(), reason, detail, placement?.Worker.Id, options.NodeId, session.Restarts, session.Usage));
        live.TryRemove(KeyValuePair.Create(session.Id, session));
        session.Quota.Dispose();
        if (reason == EndReason.WorkerLost)
            placement?.Lease.Distrust();
        placement?.Lease.Dispose();
        logger.LogInformation("Session {Id} ended: {Reason} ({Detail})", session.Id, reason.Name(), detail);
        return true;
    }

    /// <summary>Its worker died, hangs or lies: the session ends or is restored elsewhere. Does nothing if it does not live there any more.</summary>
    public void Lose(Session session, Placement placement, string detail)
    {
        if (!IsToBeRestored(session))
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

    /// <summary>A session of an earlier orchestrator is live again, and waits for its worker: <see cref="TrySettle"/> or <see cref="LoseRevived"/> must follow.</summary>
    internal Session Revive(SessionRecord record, LedgerEntry entry)
    {
        var session = new Session(record, entry, quotas.Readmit(record.Request.Holder), time);
        live[session.Id] = session;
        return session;
    }

    /// <summary>The worker of a revived session is gone, or does not know it.</summary>
    internal void LoseRevived(Session session, string detail)
    {
        if (IsToBeRestored(session))
            _ = RestoreAsync(session, detail);
        else
            End(session, EndReason.WorkerLost, detail);
    }

    /// <summary>Puts a session that waits for a worker on this one. False when it has ended or cannot be written down: the placement has been given back then.</summary>
    /// <param name="session">The session.</param>
    /// <param name="placement">Where it is to live.</param>
    /// <param name="again">It was created anew there; otherwise it has been there all the time.</param>
    internal bool TrySettle(Session session, Placement placement, bool again)
    {
        try
        {
            if (again)
                records.Write(session.Record(placement, again), placement.Worker);
            if (session.TryRestore(placement, again))
            {
                _ = WatchAsync(session, placement);
                return true;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            End(session, EndReason.WorkerLost, $"it was created anew on {placement.Worker}, but cannot be written down: {e.Message}");
        }

        placement.Lease.Dispose();
        return false;
    }

    /// <summary>
    /// Call it when a worker denies a session: a bundled worker whose client has just closed the browser does so in the moment before its exit says it.
    /// Ends the session then.
    /// </summary>
    public async Task WaitClosedAsync(Session session, Placement placement)
    {
        if (!placement.Worker.HasExtras)
            return;
        await Task.WhenAny(placement.Worker.Exited, Task.Delay(ClosingTime, time));
        EndIfClosed(session, placement);
    }

    /// <summary>Ends every session, because the node stops.</summary>
    public void Drain()
    {
        foreach (var session in Live)
            End(session, EndReason.Drained, "the node shuts down");
    }

    // Written down before its client hears of it, so that no session is promised which a successor would not know. Nobody else has its id, if ChosenIds is right.
    private void Begin(Session session, Placement placement, PlacedSession placed)
    {
        try
        {
            records.Begin(session, placement);
            if (!live.TryAdd(session.Id, session))
                throw IdConflictException.Used(session.Id);
        }
        catch
        {
            session.TryEnd(EndReason.Drained, out _);
            placed.Dispose();
            placement.Lease.Dispose();
            throw;
        }
    }

    private async Task WatchAsync(Session session, Placement placement)
    {
        // Until the session's end only: the worker may outlive thousands of sessions, and must not keep them all in memory.
        await ((Task)placement.Worker.Exited.WaitAsync(session.Ended)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (!placement.Worker.Exited.IsCompletedSuccessfully)
            return;
        var status = await placement.Worker.Exited;
        if (!EndIfClosed(session, placement))
            Lose(session, placement, $"exited, {placement.Worker.Obituary(status)}");
    }

    // Without its payload it cannot be created anew: an earlier orchestrator may have run with --on-worker-lost end.
    private bool IsToBeRestored(Session session) =>
        options.OnWorkerLost == OnWorkerLost.Restore && session.Restarts < options.MaxRestores && session.Request.Body.Length > 0;

    private bool EndIfClosed(Session session, Placement placement)
    {
        if (placement.Worker.WasClosedByClient && session.IsOn(placement))
            End(session, EndReason.Deleted, "its client closed the browser");
        return placement.Worker.WasClosedByClient;
    }

    private async Task RestoreAsync(Session session, string lost)
    {
        try
        {
            using var placed = await placer.PlaceAsync(session.Request, again: true, session.Ended);
            if (placed.Placement is not { } placement)
                End(session, EndReason.WorkerLost, $"{lost}; no worker took it again: {placed.Reply}");
            else if (TrySettle(session, placement, again: true))
                logger.LogWarning("Session {Id} restored on {Worker} after {Lost}", session.Id, placement.Worker, lost);
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
