using Steelyard.Contract;
using Steelyard.Events;
using Steelyard.Sessions;
using Steelyard.Settings;
using Steelyard.WorkerHttp;
using Steelyard.Workers;

namespace Steelyard.Recovery;

/// <summary>Asks adopted workers whether they still have the session that they had under an earlier orchestrator.</summary>
internal sealed class SessionVerifier(
    SessionRestorer restorer, NodeEvents events, Options options, TimeProvider time, ILogger<SessionVerifier> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Asks the worker until it answers or its time is over. The session then stays on the worker, or is lost there. Never throws.
    /// </summary>
    public async Task VerifyAsync(Session session, Placement placement)
    {
        var denial = "could not be asked because of an error of ours";
        try
        {
            denial = await AskAsync(placement);
        }
        catch (Exception e)
        {
            logger.LogError(e, "Session {Id} was not taken over because of an error of ours", session.Id);
        }

        if (denial is null)
        {
            if (restorer.TrySettle(session, placement, isNew: false))
                events.Publish(new SessionAdopted(
                    session.Id.Value,
                    session.Request.Holder,
                    placement.Worker.Name,
                    session.Request.RecordingOn(placement.Worker, options) != RecordMode.Off));
            return;
        }

        placement.Lease.Distrust();
        placement.Lease.Dispose();
        restorer.LoseRevived(
            session,
            placement.Worker.Exited is { IsCompleted: true } exited
                ? placement.Worker.LossOf(await exited)
                : WorkerLoss.Untrusted(denial));
    }

    // Null when the worker still has the session, else the reason why the worker is not trusted.
    private async Task<string?> AskAsync(Placement placement)
    {
        var client = placement.Worker.Client;
        var started = time.GetTimestamp();
        var first = started;
        while (true)
        {
            using (var reply = await client.GetAsync(placement.Lease.SessionPath!))
            {
                if (reply.IsSuccess)
                    return placement.IsIn(reply) ? null : "answered with the body of another session or of a session that has ended";
                if (reply.Error == WorkerError.Busy || (reply.Error == WorkerError.Late && IsEarly(first)))
                    started = time.GetTimestamp(); // No descriptor was left to ask it with, or this node did not run.
                if ((time.GetElapsedTime(started) >= options.WorkerTimeout && !placement.Worker.WasStarvedWithin(options.WorkerTimeout))
                    || reply.Status is >= 400 and < 500
                    || placement.Worker.Exited.IsCompleted)
                    return $"answered a get with {reply}";
            }

            await Task.Delay(Pause, time);
        }
    }

    private bool IsEarly(long first) => time.GetElapsedTime(first) < options.StarvedTimeout;
}
