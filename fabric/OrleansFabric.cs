using System.Globalization;
using Microsoft.Extensions.Logging;
using Steelyard.Fabric.Membership;
using Steelyard.Fabric.Tables;

namespace Steelyard.Fabric;

/// <summary>
/// A node of a cluster. Orleans keeps the list of members and carries the calls between them. When the others declare this node dead, or
/// the table is emptied, it joins again as a new incarnation, and keeps its sessions if it is quick enough (decision 0022).
/// </summary>
public sealed class OrleansFabric : IFabric
{
    private static readonly TimeSpan ReadTime = TimeSpan.FromSeconds(3);
    private const int MaxFirstTries = 5;
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly SiloParts parts;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Inheritance inheritance;
    private readonly CancellationTokenSource stop = new();
    private readonly PeerWatch peers;
    private readonly Generations generations = new(SiloAddress.AllocateNewGeneration);
    private volatile Incarnation? current;
    private Task life = Task.CompletedTask;
    private bool isDisposed;

    /// <param name="options">How it takes part.</param>
    /// <param name="table">Where the members stand. It is not disposed here.</param>
    /// <param name="certificate">Proves that it knows the cluster's secret. It is not disposed here.</param>
    /// <param name="node">Answers the calls of others.</param>
    /// <param name="clock">The time since this machine started, also while it sleeps.</param>
    /// <param name="time">For waits.</param>
    /// <param name="loggers">The log of the node.</param>
    public OrleansFabric(
        FabricOptions options,
        ClusterTable table,
        ClusterCertificate certificate,
        LocalNode node,
        Func<TimeSpan> clock,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        var verdicts = new Verdicts(MemberName.Key(options.Number), options.Tenure);
        parts = new(options, table, certificate, node, verdicts, clock, loggers);
        this.time = time;
        logger = loggers.CreateLogger<OrleansFabric>();
        inheritance = new(options.Tenure, node);
        peers = new(() => current!.Silo.Nodes, node, options.Tenure.Grace, time, logger);
    }

    public int Number => parts.Options.Number;

    public IEnumerable<Peer> Peers => peers.Peers.Values;

    public bool MayServe => current?.Tenure.MayServe(parts.Clock()) == true;

    public async Task<bool> StartAsync(CancellationToken cancellationToken)
    {
        await Task.Run(() => JoinFirstAsync(cancellationToken), cancellationToken).WaitAsync(cancellationToken);
        var hasInherited = current!.HasInherited; // Of this one: the next may take over from it.
        life = Task.Run(() => LiveAsync(stop.Token), CancellationToken.None);
        return hasInherited;
    }

    public Whereabouts Find(int number, out Peer? peer)
    {
        peer = null;
        return number == Number ? Whereabouts.Here
            : peers.Peers.TryGetValue(number, out peer) && peer.IsReachable ? Whereabouts.There
            : Whereabouts.Away;
    }

    public async Task<bool> IsGoneAsync(int number, CancellationToken cancellationToken)
    {
        var (name, asked) = (MemberName.Key(number), parts.Clock());
        var verdict = parts.Verdicts.Of(name, TimeSpan.Zero);
        if (verdict != Verdict.Gone || current is not { } now)
            return false;

        // The node may have come back since the last read.
        try
        {
            await now.Watch.NextAsync().WaitAsync(ReadTime, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return false;
        }

        return parts.Verdicts.Of(name, asked) == Verdict.Gone;
    }

    public Task<bool> TryReserveAsync(Peer peer, Guid reservation, TimeSpan waited, CancellationToken cancellationToken) =>
        Asking(now => now.Silo.Nodes.At(peer.Address).ReserveAsync(reservation, waited), false, cancellationToken);

    public async Task<Turn> WaitTurnAsync(
        Guid create, string holder, TimeSpan waited, int limit, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, peers.NextLoss);
        try
        {
            return await Asking(
                now => now.Silo.Queue.WaitAsync(new(create, holder, waited, limit)), new(TurnKind.Unknown), either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(TurnKind.Unknown); // It may have had the line: nobody would answer.
        }
        catch (OperationCanceledException)
        {
            LeaveLine(create);
            throw;
        }
    }

    public void LeaveLine(Guid create) => _ = Asking(
        async now =>
        {
            await now.Silo.Queue.LeaveAsync(create);
            return true;
        },
        false,
        CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isDisposed, true))
            return;
        await stop.CancelAsync();
        await life.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        peers.Dispose();
        if (current is { } last)
            await last.DisposeAsync();
    }

    private async Task<T> Asking<T>(Func<Incarnation, Task<T>> call, T otherwise, CancellationToken cancellationToken)
    {
        try
        {
            return current is { } now ? await call(now).WaitAsync(cancellationToken) : otherwise;
        }
        catch (Exception e) when (e is TimeoutException or OrleansException or ObjectDisposedException)
        {
            logger.LogDebug("A call to another node has failed: {Reason}", e.Message);
            return otherwise;
        }
    }

    // The machine may be too busy just now for the others to hear from it.
    private async Task JoinFirstAsync(CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await JoinAsync(cancellationToken);
                return;
            }
            catch (StayOverException e) when (tries < MaxFirstTries)
            {
                logger.LogWarning("This node joins its cluster once more: {Reason}", e.Message);
                await Task.Delay(RetryPause, time, cancellationToken);
            }
            catch (StayOverException e)
            {
                throw TableUnavailableException.Of("stay a member", parts.Table.Display, $"after {tries} tries: {e.Message}");
            }
        }
    }

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        var number = Number.ToString(CultureInfo.InvariantCulture);
        var owner = await parts.Table.Claims.ClaimAsync($"number:{number}", parts.Options.Name, null, cancellationToken);
        if (owner != parts.Options.Name)
            throw new NameTakenException(
                $"The number {number} of this node belongs to node {owner} of the cluster. Choose another one with --node-id.");
        var silo = await SiloHost.StartAsync(parts, generations, cancellationToken);
        current = await Incarnation.BeginAsync(silo, parts, peers, inheritance, cancellationToken);
    }

    private async Task LiveAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var reason = await current!.RunAsync(stopping);
            if (stopping.IsCancellationRequested)
                return;
            logger.LogError("This node joins its cluster again: {Reason}", reason);
            await current.DisposeAsync();
            await RejoinAsync(stopping);
        }
    }

    private async Task RejoinAsync(CancellationToken stopping)
    {
        for (var said = ""; ;)
        {
            try
            {
                GiveUpIfLate();
                var join = Task.Run(() => JoinAsync(stopping), CancellationToken.None);
                while (await Task.WhenAny(join, Task.Delay(RetryPause, time, CancellationToken.None)) != join)
                    GiveUpIfLate();
                await join;
                return;
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                if (e.Message != said)
                    logger.LogError("This node cannot join its cluster yet: {Reason}", said = e.Message);
                await Task.Delay(RetryPause, time, stopping);
            }
        }
    }

    // What was not ended then is ended by the next incarnation, before it serves.
    private void GiveUpIfLate()
    {
        try
        {
            inheritance.GiveUpIfLate(parts.Clock());
        }
        catch (Exception e)
        {
            logger.LogError("Not all sessions could be ended: {Reason}", e.Message);
        }
    }
}
