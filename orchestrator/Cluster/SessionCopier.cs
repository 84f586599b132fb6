using System.Collections.Concurrent;
using System.Text.Json;
using Steelyard.Fabric.Tables;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Cluster;

/// <summary>
/// Keeps copies of this node's sessions in the cluster's table, so that another node can create them anew (<c>--on-worker-lost
/// restore</c>). A session has its copy some moments after its create, and loses it before a client hears of its delete.
/// </summary>
internal sealed class SessionCopier(
    ISessionCopies copies, SessionRegistry sessions, Options options, TimeProvider time, ILogger<SessionCopier> logger)
{
    /// <summary>How far the idle time of a copy can lag behind.</summary>
    public static readonly TimeSpan TouchPeriod = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<SessionId, Kept> known = new();
    private readonly ConcurrentDictionary<SessionId, Session> tooLarge = new();
    private long? touched;
    private string trouble = "";

    /// <summary>Whether this process looks after the session's copy.</summary>
    public bool Knows(SessionId id) => known.ContainsKey(id);

    /// <summary>The session has been created anew here, and its copy names this node already.</summary>
    public void Take(Session session) => known[session.Id] = new(session, session.Restarts);

    /// <summary>Writes what is new, and deletes what has ended. What fails is done in the next round.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var session in sessions.Live.Where(session => IsToBeWritten(session)))
                await WriteAsync(session, cancellationToken);
            foreach (var (id, _) in known.Where(pair => pair.Value.Session.EndReason is not null))
                await EndAsync(id, cancellationToken);
            foreach (var (id, _) in tooLarge.Where(pair => pair.Value.EndReason is not null))
                tooLarge.TryRemove(id, out _);
            if (touched is null || time.GetElapsedTime(touched.Value) >= TouchPeriod)
                await TouchAsync(cancellationToken);
            Tell("");
        }
        catch (TableUnavailableException e)
        {
            Tell(e.Message);
        }
    }

    /// <summary>
    /// Deletes the copy of a session that has ended, or does nothing. Throws <see cref="TableUnavailableException"/>.
    /// </summary>
    public async Task EndAsync(SessionId id, CancellationToken cancellationToken)
    {
        if (!known.TryGetValue(id, out var kept) || kept.Session.End is not { } end)
            return;

        // Others may have it by now, or this node itself, once it is a member again.
        if (end.Cause != SessionEnd.NodeCutOff)
        {
            var memory = id.Node == options.NodeNumber ? TimeSpan.Zero : options.HistoryAge;
            await copies.EndAsync(options.NodeNumber, id.ToString(), memory, cancellationToken);
        }

        known.TryRemove(KeyValuePair.Create(id, kept));
    }

    private bool IsToBeWritten(Session session) =>
        session.Request.Body.Length > 0
        && !tooLarge.ContainsKey(session.Id)
        && (!known.TryGetValue(session.Id, out var kept) || kept.Session != session || kept.Restarts != session.Restarts);

    // It is known first: whoever finds its copy in the table must know that it is looked after.
    private async Task WriteAsync(Session session, CancellationToken cancellationToken)
    {
        var data = JsonSerializer.SerializeToUtf8Bytes(session.Record(null, isRestart: false), SessionRecordJson.Default.SessionRecord);
        if (data.Length > options.ClusterCopyLimit)
        {
            tooLarge[session.Id] = session;
            logger.LogWarning(
                "Session {Id} is lost with this node, because its copy of {Size} bytes exceeds --cluster-copy-limit",
                session.Id, data.Length);
            return;
        }

        var (view, restarts) = (session.View(), session.Restarts);
        var before = known.GetValueOrDefault(session.Id);
        known[session.Id] = new(session, restarts);
        try
        {
            await copies.WriteAsync(
                options.NodeNumber, new(session.Id.ToString(), data, session.Age, view.Idle), cancellationToken);
        }
        catch
        {
            known[session.Id] = before ?? new(session, -1); // To be written again.
            throw;
        }
    }

    // The table may have been emptied: what is missing is written again.
    private async Task TouchAsync(CancellationToken cancellationToken)
    {
        var idle = known.Values.Where(kept => kept.Session.EndReason is null)
            .ToDictionary(kept => kept.Session.Id.ToString(), kept => kept.Session.View().Idle);
        if (idle.Count > 0)
        {
            foreach (var missing in await copies.TouchAsync(options.NodeNumber, idle, cancellationToken))
            {
                if (SessionId.TryParse(missing, out var id) && known.TryGetValue(id, out var kept) && kept.Session.EndReason is null)
                    await WriteAsync(kept.Session, cancellationToken);
            }
        }

        touched = time.GetTimestamp();
    }

    private void Tell(string problem)
    {
        if (problem.Length > 0 && trouble.Length == 0)
            logger.LogError("New sessions are lost with this node until their copies can be written: {Reason}", problem);
        else if (problem.Length == 0 && trouble.Length > 0)
            logger.LogInformation("The copies of sessions are complete again");
        trouble = problem;
    }

    private sealed record Kept(Session Session, int Restarts);
}
