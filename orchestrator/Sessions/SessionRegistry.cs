using System.Collections.Concurrent;
using Steelyard.Events;
using Steelyard.Settings;
using Steelyard.Tracing;

namespace Steelyard.Sessions;

/// <summary>The live sessions of this node. Ending a session has one path, whoever asks for it: <see cref="End"/>.</summary>
public sealed class SessionRegistry(
    SessionHistory history,
    SessionRecordStore records,
    SessionQuotas quotas,
    NodeEvents events,
    Options options,
    TimeProvider time,
    ILogger<SessionRegistry> logger)
{
    private readonly ConcurrentDictionary<SessionId, Session> live = new();

    public IEnumerable<Session> Live => live.Select(pair => pair.Value);

    /// <summary>
    /// Finds a live session and opens an activity on it. Null when there is none that this caller may see: <paramref name="end"/> says
    /// why, if that is known.
    /// </summary>
    public Session? Find(ReadOnlySpan<char> text, Caller caller, out SessionActivity? activity, out SessionEnd? end)
    {
        activity = null;
        end = null;
        if (!SessionId.TryParse(text, out var id))
            return null;
        if (!live.TryGetValue(id, out var session))
        {
            end = FindEnded(id, caller)?.End;
            return null;
        }

        if (!caller.Sees(session.Request.Holder))
            return null;
        if ((activity = session.TryBegin()) is not null)
        {
            Spans.NameSession(id.Value);
            return session;
        }

        EndIfOver(session);
        end = session.End;
        return null;
    }

    /// <summary>A live session, without opening an activity on it: looking is not using. Null when its time is over, too.</summary>
    public Session? FindLive(SessionId id) =>
        live.TryGetValue(id, out var session) && session.EndReason is null && !session.IsOver() ? session : null;

    /// <summary>
    /// The session that has this id, be it live or just ending. Only when that is null and nothing is remembered of it, the id is free.
    /// </summary>
    internal Session? FindPresent(SessionId id) => live.GetValueOrDefault(id);

    /// <summary>Ends it when its time is over and nobody has ended it yet. True for the one caller who did.</summary>
    public bool EndIfOver(Session session) => session.IsOver() && End(session, EndReason.Expired, "its time was over");

    /// <summary>What is in memory of a session that has ended; null when that is nothing, or nothing for this caller.</summary>
    public EndedSession? FindEnded(SessionId id, Caller? caller = null) =>
        history.Find(id) is { } ended && (caller ?? Caller.Anyone).Sees(ended.Request.Holder) ? ended : null;

    /// <summary>
    /// The same, and from the store what is no longer in memory. Throws what <see cref="SessionHistory.FindAsync"/> throws.
    /// </summary>
    public async Task<EndedSession?> FindEndedAsync(ReadOnlyMemory<char> text, Caller caller) =>
        SessionId.TryParse(text.Span, out var id)
            && await history.FindAsync(id, caller.Name) is { } ended
            && caller.Sees(ended.Request.Holder)
            ? ended
            : null;

    /// <summary>Ends a session. True for the one caller who did.</summary>
    /// <param name="session">The session.</param>
    /// <param name="reason">Why.</param>
    /// <param name="detail">By whom or through what, as its client is told and the log has it.</param>
    /// <param name="cause">What its worker was lost to, for programs; null for none.</param>
    public bool End(Session session, EndReason reason, string detail, string? cause = null)
    {
        if (!session.TryEnd(new(reason, detail, cause), out var placement))
            return false;
        if (placement is null)
            EndWaiting(session);
        var row = history.Add(new(
            session.Id,
            session.Request.WithoutPayload(),
            session.CreatedAt,
            time.GetUtcNow(),
            reason,
            detail,
            placement?.Worker.Id,
            options.NodeNumber,
            session.Restarts,
            session.Usage)
        { Cause = cause });
        live.TryRemove(KeyValuePair.Create(session.Id, session));
        session.Quota.Dispose();
        if (reason == EndReason.WorkerLost)
            placement?.Lease.Distrust();
        placement?.Lease.Dispose();
        events.Publish(new SessionEnded(
            session.Id.Value, session.Request.Holder, placement?.Worker.Name, reason.Name(), detail, cause, session.Age, row));
        return true;
    }

    /// <summary>Ends every session.</summary>
    public void EndAll(EndReason reason, string detail, string? cause = null)
    {
        foreach (var session in Live)
            End(session, reason, detail, cause);
    }

    /// <summary>
    /// Adds a session that a worker has just created. It is written down before its client hears of it, so that no session is promised
    /// which a successor would not know. Throws what <see cref="SessionRecordStore.Begin"/> throws, and <see cref="IdConflictException"/>:
    /// the session is over then, and its worker given back.
    /// </summary>
    internal void Add(Session session, Placement placement)
    {
        try
        {
            records.Begin(session, placement);

            // Nobody else has its id, if ChosenIds is right.
            if (!live.TryAdd(session.Id, session))
                throw IdConflictException.Used(session.Id);
        }
        catch
        {
            session.TryEnd(new(EndReason.Drained), out _);
            placement.Lease.Dispose();
            throw;
        }

        Spans.NameSession(session.Id.Value);
        events.Publish(new SessionCreated(
            session.Id.Value, session.Request.Holder, placement.Worker.Name, placement.Waited, placement.IsRecorded));
    }

    /// <summary>
    /// Adds a session of an earlier orchestrator. It waits for its worker: <see cref="SessionRestorer.TrySettle"/> or
    /// <see cref="SessionRestorer.LoseRevived"/> must follow.
    /// </summary>
    internal Session Revive(SessionRecord record, LedgerEntry entry)
    {
        var session = new Session(record, entry, quotas.Readmit(record.Request.Holder), time);
        live[session.Id] = session;
        return session;
    }

    /// <summary>
    /// Adds a session of a node that is lost. It waits for a worker: <see cref="SessionRestorer.LoseRevived"/> must follow.
    /// </summary>
    internal Session Revive(SessionRecord record, TimeSpan age, TimeSpan idle)
    {
        var own = record with { Created = Before(age) };
        var session = new Session(own, Before(idle), quotas.Readmit(record.Request.Holder), time);
        live[session.Id] = session;
        return session;
    }

    private long Before(TimeSpan ago) => time.GetTimestamp() - (long)(ago.TotalSeconds * time.TimestampFrequency);

    /// <summary>Ends the session if its client has closed the browser. True if so, even if the session lives elsewhere by now.</summary>
    internal bool EndIfClosed(Session session, Placement placement)
    {
        if (placement.Worker.WasClosedByClient && session.IsOn(placement))
            End(session, EndReason.Deleted, "its client closed the browser");
        return placement.Worker.WasClosedByClient;
    }

    /// <summary>The session has a worker again, or has ended: it is no longer written down as one that waits.</summary>
    internal void EndWaiting(Session session)
    {
        try
        {
            records.EndWaiting(session);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogError("Session {Id} waits no longer, and its record cannot be deleted: {Reason}", session.Id, e.Message);
        }
    }
}
