using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Steelyard.Fabric.Membership;

namespace Steelyard.Fabric;

/// <summary>A node of a cluster. Orleans keeps the list of members and carries the calls between them.</summary>
public sealed class OrleansFabric : IFabric
{
    private static readonly TimeSpan WantedPeriod = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan CalmPeriod = TimeSpan.FromMilliseconds(250);

    private readonly FabricOptions options;
    private readonly LocalNode node;
    private readonly TimeProvider time;
    private readonly ILoggerFactory loggers;
    private readonly ILogger logger;
    private readonly ClusterCertificate certificate;
    private readonly CancellationTokenSource stop = new();
    private SiloHost? silo;
    private PeerWatch? watch;
    private Task loop = Task.CompletedTask;

    public OrleansFabric(FabricOptions options, LocalNode node, TimeProvider time, ILoggerFactory loggers)
    {
        (this.options, this.node, this.time, this.loggers) = (options, node, time, loggers);
        logger = loggers.CreateLogger<OrleansFabric>();
        certificate = new(options.Secret, options.Name);
    }

    public IEnumerable<Peer> Peers => watch?.Peers.Values ?? [];

    public bool MayServe => true;

    /// <summary>Joins the cluster. Returns when the node is a member.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        silo = await Task.Run(
            () => SiloHost.StartAsync(options, UseTable, certificate, node, loggers, cancellationToken), cancellationToken);
        watch = new(silo.Nodes, node, time, logger);
        loop = Task.Run(() => Task.WhenAll(FollowAsync(silo, watch), OfferAsync(silo)), CancellationToken.None);
    }

    public Whereabouts Find(int number, out Peer? peer)
    {
        peer = null;
        if (number == options.Number)
            return Whereabouts.Here;
        return watch?.Peers.TryGetValue(number, out peer) == true && peer.IsReachable ? Whereabouts.There : Whereabouts.Away;
    }

    public async Task<bool> TryReserveAsync(Peer peer, Guid reservation, CancellationToken cancellationToken)
    {
        try
        {
            return await silo!.Nodes.At(peer.Address).ReserveAsync(reservation).WaitAsync(cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OrleansException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    public async Task<Turn> WaitTurnAsync(
        Guid create, string holder, TimeSpan waited, int limit, CancellationToken cancellationToken)
    {
        try
        {
            return await silo!.Queue.WaitAsync(new(create, holder, waited, limit)).WaitAsync(cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            return new(TurnKind.Unknown);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        watch?.Dispose();
        if (silo is not null)
            await silo.DisposeAsync();
        certificate.Dispose();
    }

    private async Task FollowAsync(SiloHost silo, PeerWatch watch)
    {
        await foreach (var members in silo.Members.MembershipUpdates.WithCancellation(stop.Token))
        {
            watch.Set([.. members.Members.Values
                .Where(member => member.Status == SiloStatus.Active && !member.SiloAddress.Equals(silo.Address))
                .Select(member => member.SiloAddress)]);
        }
    }

    // Only while creates wait somewhere.
    private async Task OfferAsync(SiloHost silo)
    {
        while (true)
        {
            var state = node.State();
            var isWanted = state.Waiting > 0 || Peers.Any(peer => peer.State.Waiting > 0);
            if (isWanted && state is { Free: > 0, IsDraining: false })
                await silo.Queue.OfferAsync(options.Number, state.Free);
            await Task.Delay(isWanted ? WantedPeriod : CalmPeriod, time, stop.Token);
        }
    }

    private void UseTable(ISiloBuilder builder) =>
        builder.UseRedisClustering(redis => redis.ConfigurationOptions = StackExchange.Redis.ConfigurationOptions.Parse(options.Table));
}
