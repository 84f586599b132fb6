using System.Collections.Concurrent;
using System.Text.Json;
using Steelyard.Fabric.Tables;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Cluster;

/// <summary>
/// Keeps copies of this node's sessions in the cluster's table, so that another node can create them anew (<c>--on-worker-lost
/// restore</c>). A session has its copy some moments after its create, and loses it before a client hears of its end.
/// </summary>
internal sealed class SessionCopier(
    ISessionCopies copies, SessionRegistry sessions, Options options, TimeProvider time, ILogger<SessionCopier> logger)
{
    /// <summary>How far the idle time of a copy can lag behind.</summary>
    public static readonly TimeSpan TouchPeriod = TimeSpan.FromSeconds(5);

    private const int AtATime = 16;

    private readonly ConcurrentDictionary<SessionId, KeptSession> known = new();
    private long? touched;
    private string trouble = "";

    /// <summary>Whether this process looks after the session's copy.</summary>
    public bool Knows(SessionId id) => known.ContainsKey(id);

    /// <summary>The session has been created anew here, and its copy names this node already.</summary>
    public void Take(Session session) => known[session.Id] = new(session, session.Restarts) { IsTaken = true };

    /// <summary>
    /// Looks after the copies of all sessions from now on. Call it before any client can end a session of an earlier process.
    /// </summary>
    public void Notice()
    {
        foreach (var session in sessions.Live.Where(session => session.Request.Body.Length > 0))
            known.GetOrAdd(session.Id, static (_, added) => new(added, KeptSession.Unwritten), session);
    }

    /// <summary>Deletes what has ended, and writes what is new. What fails is done in the next round.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        Notice();
        var problems = new[]
        {
            await TryAsync(EndEndedAsync(cancellationToken)),
            await TryAsync(TouchAsync(cancellationToken)),
            await TryAsync(WriteChangedAsync(cancellationToken)),
        };
        Tell(problems.FirstOrDefault(problem => problem.Length > 0) ?? "");
    }

    /// <summary>Deletes the copies of all sessions that have ended. Throws <see cref="TableUnavailableException"/>.</summary>
    public Task EndEndedAsync(CancellationToken cancellationToken) => Parallel.ForEachAsync(
        known.Where(pair => pair.Value.Session.EndReason is not null).Select(pair => pair.Key),
        new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken },
        (id, cancelled) => new(EndAsync(id, cancelled)));

    /// <summary>
    /// Deletes the copy of a session that has ended, or does nothing. Throws <see cref="TableUnavailableException"/>.
    /// </summary>
    public async Task EndAsync(SessionId id, CancellationToken cancellationToken)
    {
        if (!known.TryGetValue(id, out var kept) || kept.Session.End is not { } end)
            return;
        using var turn = await kept.TurnAsync(cancellationToken); // A write that is under way would come after the delete.

        // Others may have it by now, or this node itself, once it is a member again.
        if (end.Cause != SessionEnd.NodeCutOff && !kept.IsTooLarge)
        {
            var memory = kept.IsTaken || id.Node != options.NodeNumber ? options.HistoryAge : TimeSpan.Zero;
            await copies.EndAsync(options.NodeNumber, id.ToString(), memory, cancellationToken);
        }

        known.TryRemove(KeyValuePair.Create(id, kept));
    }

    private Task WriteChangedAsync(CancellationToken cancellationToken) => Parallel.ForEachAsync(
        known.Values.Where(kept => kept.IsChanged),
        new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken },
        (kept, cancelled) => new(WriteAsync(kept, cancelled)));

    private async Task WriteAsync(KeptSession kept, CancellationToken cancellationToken)
    {
        using var turn = await kept.TurnAsync(cancellationToken);
        var (session, restarts) = (kept.Session, kept.Session.Restarts);
        if (session.EndReason is not null)
            return;
        var data = JsonSerializer.SerializeToUtf8Bytes(session.Record(null, isRestart: false), SessionRecordJson.Default.SessionRecord);
        if (data.Length > options.ClusterCopyLimit)
        {
            kept.IsTooLarge = true;
            logger.LogWarning(
                "Session {Id} is lost with this node, because its copy of {Size} bytes exceeds --cluster-copy-limit",
                session.Id, data.Length);
            return;
        }

        var copy = new SessionCopy(session.Id.ToString(), data, session.Age, session.View().Idle);
        if (await copies.WriteAsync(options.NodeNumber, copy, cancellationToken))
            kept.Written = restarts;
        else
            sessions.End(session, EndReason.WorkerLost, "another node has created it anew, or calls it lost", SessionEnd.NodeCutOff);
    }

    // The table may have been emptied: what is missing is written again.
    private async Task TouchAsync(CancellationToken cancellationToken)
    {
        if (touched is { } last && time.GetElapsedTime(last) < TouchPeriod)
            return;
        var written = known.Values.Where(kept => kept.IsWritten && kept.Session.EndReason is null)
            .ToDictionary(kept => kept.Session.Id.ToString());
        if (written.Count > 0)
        {
            var idle = written.ToDictionary(pair => pair.Key, pair => pair.Value.Session.View().Idle);
            foreach (var missing in await copies.TouchAsync(options.NodeNumber, idle, cancellationToken))
                written[missing].Written = KeptSession.Unwritten;
        }

        touched = time.GetTimestamp();
    }

    private static async Task<string> TryAsync(Task work)
    {
        try
        {
            await work;
            return "";
        }
        catch (TableUnavailableException e)
        {
            return e.Message;
        }
    }

    private void Tell(string problem)
    {
        if (problem.Length > 0 && trouble.Length == 0)
            logger.LogError("New sessions are lost with this node until their copies can be written: {Reason}", problem);
        else if (problem.Length == 0 && trouble.Length > 0)
            logger.LogInformation("The copies of sessions are complete again");
        trouble = problem;
    }
}
