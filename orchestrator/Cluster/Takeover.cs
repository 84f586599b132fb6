using System.Globalization;
using System.Text.Json;
using Steelyard.Async;
using Steelyard.Fabric;
using Steelyard.Fabric.Tables;
using Steelyard.Pool;
using Steelyard.Sessions;
using Steelyard.Workers;

namespace Steelyard.Cluster;

/// <summary>
/// Creates sessions of lost nodes anew on this one, under the same ids (<c>--on-worker-lost restore</c>), and those that this node itself
/// had to give up. Only when a node is known to have given up its sessions: see <see cref="IFabric.IsGoneAsync"/>.
/// </summary>
internal sealed class Takeover(
    IFabric fabric,
    ISessionCopies copies,
    SessionCopier copier,
    SessionRegistry sessions,
    SessionRestorer restorer,
    WorkerPool pool,
    ILogger<Takeover> logger)
{
    private const int AtATime = 16;
    private static readonly TimeSpan KeepPeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);

    /// <summary>Runs until cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    public Task RunAsync(TimeProvider time, CancellationToken stop) => Task.WhenAll(
        Periodic.RunAsync(KeepPeriod, () => copier.KeepAsync(stop), time, logger, stop),
        Periodic.RunAsync(LookPeriod, () => LookAsync(stop), time, logger, stop));

    private async Task LookAsync(CancellationToken stop)
    {
        try
        {
            foreach (var home in fabric.MayServe ? await copies.HomesAsync(stop) : [])
            {
                if (home == fabric.Number || (fabric.Find(home, out _) == Whereabouts.Away && await fabric.IsGoneAsync(home, stop)))
                    await TakeOverAsync(home, stop);
            }
        }
        catch (TableUnavailableException)
        {
            // The copier has said so, and the next round comes soon.
        }
    }

    // One after the other, and only as many as there is room for: other nodes take some, too.
    private async Task TakeOverAsync(int home, CancellationToken stop)
    {
        foreach (var copy in await copies.SomeOfAsync(home, AtATime, stop))
        {
            if (SessionId.TryParse(copy.Id, out var id)
                && Read(copy) is { } record
                && IsFree(id, home)
                && (pool.Status().Free > 0 || record.Request.Clock.IsOver(copy.Age, copy.Idle, open: 0))
                && fabric.MayServe
                && !pool.Closing.IsCancellationRequested
                && await copies.TryMoveAsync(copy.Id, home, fabric.Number, stop))
                Begin(record, copy, home);
        }
    }

    // A session of this node that has ended is about to lose its copy.
    private bool IsFree(SessionId id, int home) => sessions.FindPresent(id) is null && (home != fabric.Number || !copier.Knows(id));

    private void Begin(SessionRecord record, SessionCopy copy, int home)
    {
        // It may have been used after the copy was touched last.
        var idle = copy.Idle > SessionCopier.TouchPeriod ? copy.Idle - SessionCopier.TouchPeriod : TimeSpan.Zero;
        var session = sessions.Revive(record, copy.Age, idle);
        copier.Take(session);
        restorer.LoseRevived(session, new WorkerLoss(
            SessionEnd.NodeLost, string.Create(CultureInfo.InvariantCulture, $"its node (number {home}) is lost")));
    }

    private SessionRecord? Read(SessionCopy copy)
    {
        try
        {
            return JsonSerializer.Deserialize(copy.Data.Span, SessionRecordJson.Default.SessionRecord);
        }
        catch (JsonException e)
        {
            logger.LogError("The copy of session {Id} cannot be read, so it is not created anew: {Reason}", copy.Id, e.Message);
            return null;
        }
    }
}
