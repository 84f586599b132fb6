using Steelyard.Events;
using Steelyard.Pool;
using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Sessions;

/// <summary>Restores sessions whose worker is lost on another worker, or ends them.</summary>
public sealed class SessionRestorer(
    SessionRegistry sessions,
    SessionPlacer placer,
    SessionRecordStore records,
    NodeEvents events,
    Options options,
    ILogger<SessionRestorer> logger)
{
    /// <summary>
    /// Its worker died, hangs or lies: the session ends or is restored elsewhere. Does nothing if it does not live there any more.
    /// </summary>
    public void Lose(Session session, Placement placement, WorkerLoss loss)
    {
        if (!IsToBeRestored(session))
        {
            if (session.IsOn(placement))
                EndLost(session, loss);
        }
        else if (session.TryBeginRestore(placement))
        {
            BeginRestore(session, loss);
            placement.Lease.Distrust();
            placement.Lease.Dispose();
        }
    }

    /// <summary>The worker of a revived session is gone, or does not know it.</summary>
    internal void LoseRevived(Session session, WorkerLoss loss)
    {
        if (IsToBeRestored(session))
            BeginRestore(session, loss);
        else
            EndLost(session, loss);
    }

    /// <summary>
    /// Puts a session that waits for a worker on this one. False when it has ended or cannot be written down: the placement has been given
    /// back then.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="placement">Where it is to live.</param>
    /// <param name="isNew">It was created anew there; otherwise it has been there all the time.</param>
    internal bool TrySettle(Session session, Placement placement, bool isNew)
    {
        try
        {
            if (isNew)
                records.Write(session.Record(placement, isRestart: true), placement.Worker);
            if (session.TryRestore(placement, isNew))
            {
                sessions.EndWaiting(session);
                _ = WatchAsync(session, placement);
                return true;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            sessions.End(
                session, EndReason.WorkerLost, $"it was created anew on {placement.Worker}, but cannot be written down: {e.Message}");
        }

        placement.Lease.Dispose();
        return false;
    }

    /// <summary>Waits for the exit of the session's worker, and then ends or restores the session.</summary>
    internal async Task WatchAsync(Session session, Placement placement)
    {
        // Until the session's end only: the worker may outlive thousands of sessions, and must not keep them all in memory.
        await ((Task)placement.Worker.Exited.WaitAsync(session.Ended)).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (!placement.Worker.Exited.IsCompletedSuccessfully)
            return;
        var status = await placement.Worker.Exited;
        if (!sessions.EndIfClosed(session, placement))
            Lose(session, placement, placement.Worker.LossOf(status));
    }

    private void EndLost(Session session, WorkerLoss loss) =>
        sessions.End(session, EndReason.WorkerLost, loss.Text, loss.Cause);

    // Without its payload it cannot be created anew: an earlier orchestrator may have run with --on-worker-lost end.
    private bool IsToBeRestored(Session session) =>
        options.OnWorkerLost == OnWorkerLost.Restore && session.Restarts < options.MaxRestores && session.Request.Body.Length > 0;

    // Written down before its last worker's folder goes: a successor restores it, too.
    private void BeginRestore(Session session, WorkerLoss loss)
    {
        try
        {
            records.BeginWaiting(session);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogError(
                "Session {Id} waits for another worker, and cannot be written down: it would not outlive this orchestrator. {Reason}",
                session.Id, e.Message);
        }

        _ = RestoreAsync(session, loss);
    }

    private async Task RestoreAsync(Session session, WorkerLoss loss)
    {
        try
        {
            var (placement, reply, _) = await placer.PlaceAsync(session.Request, session.Id, Standing.Restored, session.Ended);
            reply.Dispose();
            if (TrySettle(session, placement, isNew: true))
                events.Publish(new SessionRestored(session.Id.Value, session.Request.Holder, placement.Worker.Name, loss.Text));
        }
        catch (PoolUnavailableException e) when (e.IsShutdown && options.OnShutdown != OnShutdown.Drain)
        {
            // It ends with the others, or is left to the next orchestrator with them. A drain would only wait for it.
        }
        catch (WorkerRefusedException e)
        {
            EndLost(session, loss.Then($"no worker took it again: {e.Message}"));
        }
        catch (PoolUnavailableException e)
        {
            EndLost(session, loss.Then($"not restored: {e.Message}"));
        }
        catch (OperationCanceledException)
        {
            // It ended while it waited for a worker; whoever ended it has said so.
        }
        catch (Exception e)
        {
            logger.LogError(e, "Session {Id} was not restored because of an error of ours", session.Id);
            EndLost(session, loss.Then("not restored because of an error of ours"));
        }
    }
}
