using Steelyard.Pool;
using Steelyard.Sessions;
using Steelyard.Workers;

namespace Steelyard.Recovery;

/// <summary>
/// Takes over the sessions of an earlier orchestrator. They are live from the start, so that no lookup gets a false 404. They wait for
/// their workers as a session does that is being restored. A worker that still knows its session keeps it.
/// </summary>
internal sealed class SessionAdopter(
    SessionRegistry sessions,
    SessionRestorer restorer,
    SessionVerifier verifier,
    SessionRecordStore records,
    WorkerAdopter workers,
    WorkerPool pool,
    ILogger<SessionAdopter> logger)
{
    /// <summary>Call this before any client can ask for sessions. Does not wait for the workers' answers.</summary>
    public void Adopt()
    {
        // Living workers first: a lost session is restored at once, and must not take a slot that a living worker needs.
        foreach (var found in workers.Find().OrderBy(found => found.Worker is null))
        {
            var live = LiveRecord(found);
            if (found.Worker is { } worker)
            {
                TakeOver(worker, live?.Record);
                continue;
            }

            if (live is { } lost)
            {
                restorer.LoseRevived(
                    sessions.Revive(lost.Record, lost.Entry),
                    found.IsBroken ? new(null, "its record cannot be read") : WorkerLoss.Crashed("while no orchestrator was running"));
            }

            workers.Bury(found);
        }

        foreach (var (path, record) in records.Waiting())
            TakeOverWaiting(path, record);
        foreach (var entry in records.Entries())
            TellIfLost(entry);
    }

    // Null when the worker held no session that a client knows of, when the session has ended, or when its record is gone.
    private (SessionRecord Record, LedgerEntry Entry)? LiveRecord(FoundWorker found)
    {
        if (!File.Exists(found.Directory.SessionRecordPath))
            return null;
        var record = SessionRecordStore.TryRead(found.Directory);
        var entry = found.Record is { } worker ? records.EntryOf(worker.Port) : record is not null ? records.EntryOf(record.Id) : default;
        if (entry.Session is not { } id)
            return null;
        return record?.Id != id || EndsWithItsBoot(record, entry) ? null : (record, entry);
    }

    // Timestamps of another boot cannot be compared: the session's request is known, but not its age and idle time.
    private bool EndsWithItsBoot(SessionRecord record, LedgerEntry entry)
    {
        if (!records.IsOfAnotherBoot(record))
            return false;
        sessions.End(sessions.Revive(record, entry), EndReason.WorkerLost, "the machine was restarted", SessionEnd.NodeCutOff);
        return true;
    }

    private void TakeOverWaiting(string path, SessionRecord? record)
    {
        if (record is null)
        {
            logger.LogError("The record {Path} of a session that waited for another worker cannot be read", path);
        }
        else if (sessions.FindPresent(record.Id) is not null)
        {
            // The file is deleted once that worker confirms the session.
            logger.LogInformation("Session {Id} already has another worker", record.Id);
        }
        else if (!EndsWithItsBoot(record, records.EntryOf(record)))
        {
            restorer.LoseRevived(
                sessions.Revive(record, records.EntryOf(record)),
                new(null, "it was lost while an earlier orchestrator ran"));
        }
    }

    private void TellIfLost(LedgerEntry entry)
    {
        if (entry.Session is not { } id || sessions.FindPresent(id) is not null)
            return;
        logger.LogError("Session {Id} is lost: it was live, and its record is gone or cannot be read", id);
        entry.End(id);
    }

    private void TakeOver(Worker worker, SessionRecord? record)
    {
        if (record is not null && SessionBody.TryReadId(record.WorkerSessionId, out var workerSessionId))
        {
            var lease = pool.Adopt(worker, hasSession: true)!;
            lease.Holds(workerSessionId);
            var placement = new Placement(lease, record.WorkerSessionId) { Entry = records.EntryOf(worker.Port) };
            _ = verifier.VerifyAsync(sessions.Revive(record, placement.Entry), placement);
        }
        else
        {
            pool.Adopt(worker, hasSession: false);
            logger.LogInformation("Took over {Worker}, which holds no session", worker);
        }
    }
}
