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
    SessionMoves moves,
    SessionRegistry sessions,
    SessionRestorer restorer,
    WorkerPool pool,
    ILogger<Takeover> logger)
{
    private const int AtATime = 16;
    private const int LooksPerOwnLook = 5;
    private static readonly TimeSpan KeepPeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);

    private int looks;

    /// <summary>Runs until cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    public Task RunAsync(TimeProvider time, CancellationToken stop) => moves.Homes.AreKept
        ? Task.WhenAll(
            Periodic.RunAsync(KeepPeriod, () => moves.Copier.KeepAsync(stop), time, logger, stop),
            Periodic.RunAsync(LookPeriod, () => LookAsync(stop), time, logger, stop))
        : ForgetAsync(time, stop);

    // The option may have been another one before: nobody would delete what was copied then.
    private async Task ForgetAsync(TimeProvider time, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                foreach (var id in await moves.Copies.IdsOfAsync(fabric.Number, stop))
                    await moves.Copies.EndAsync(fabric.Number, id, TimeSpan.Zero, stop);
                return;
            }
            catch (TableUnavailableException)
            {
                await Task.Delay(LookPeriod, time, stop);
            }
        }
    }

    private async Task LookAsync(CancellationToken stop)
    {
        try
        {
            foreach (var home in fabric.MayServe ? await moves.Copies.HomesAsync(stop) : [])
            {
                if (home == fabric.Number)
                    await LookAtOwnAsync(stop);
                else if (fabric.Find(home, out _) == Whereabouts.Away && await fabric.IsGoneAsync(home, stop))
                    await TakeOverAsync(home, await moves.Copies.IdsOfAsync(home, stop), stop);
            }
        }
        catch (TableUnavailableException)
        {
            // The copier says so, and the next round comes soon.
        }
    }

    // What this node had to give up, or has not deleted before it ended.
    private async Task LookAtOwnAsync(CancellationToken stop)
    {
        if (looks++ % LooksPerOwnLook == 0)
            await TakeOverAsync(fabric.Number, await moves.Copies.IdsOfAsync(fabric.Number, stop), stop);
    }

    // One after the other, and only as many as there is room for: other nodes take some, too.
    private async Task TakeOverAsync(int home, IReadOnlyList<string> ids, CancellationToken stop)
    {
        var free = ids.Where(text => SessionId.TryParse(text, out var id) && IsFree(id, home)).ToArray();
        Random.Shared.Shuffle(free);
        foreach (var text in free.Take(AtATime))
        {
            if (home == fabric.Number && SessionId.TryParse(text, out var id) && moves.Homes.IsKnownToHaveEnded(id))
                await moves.Copies.EndAsync(home, text, TimeSpan.Zero, stop);
            else if (await moves.Copies.ReadAsync(home, text, stop) is { } copy)
                await TakeOverAsync(home, copy, stop);
        }
    }

    private async Task TakeOverAsync(int home, SessionCopy copy, CancellationToken stop)
    {
        if (Read(copy) is not { } record)
            await moves.Copies.EndAsync(home, copy.Id, TimeSpan.Zero, stop);
        else if ((pool.Status().Free > 0 || record.Request.Clock.IsOver(copy.Age, copy.Idle, open: 0))
            && fabric.MayServe
            && !pool.Closing.IsCancellationRequested
            && await moves.Copies.TryMoveAsync(copy, home, fabric.Number, Guid.NewGuid(), stop))
            Begin(record, copy, home);
    }

    // A session of this node that has ended is about to lose its copy.
    private bool IsFree(SessionId id, int home) => sessions.FindPresent(id) is null && (home != fabric.Number || !moves.Copier.Knows(id));

    private void Begin(SessionRecord record, SessionCopy copy, int home)
    {
        // It may have been used after the copy was touched last.
        var idle = copy.Idle > SessionCopier.TouchPeriod ? copy.Idle - SessionCopier.TouchPeriod : TimeSpan.Zero;
        var session = sessions.Revive(record, copy.Age, idle);
        moves.Copier.Take(session);
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
