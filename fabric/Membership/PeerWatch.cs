using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Steelyard.Fabric.Calls;

namespace Steelyard.Fabric.Membership;

/// <summary>Exchanges states with the other members, each in a loop of its own: a hung one does not hold up the others.</summary>
/// <param name="nodes">Calls them.</param>
/// <param name="self">This node.</param>
/// <param name="memory">How long a lost node is listed as one that cannot be reached.</param>
/// <param name="time">For waits.</param>
/// <param name="logger">The log.</param>
internal sealed class PeerWatch(
    Func<NodeServiceClient> nodes, LocalNode self, TimeSpan memory, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<SiloAddress, CancellationTokenSource> members = new();
    private volatile bool isDisposed;
    private CancellationTokenSource loss = new();
    private ImmutableDictionary<int, Peer> peers = ImmutableDictionary<int, Peer>.Empty;

    /// <summary>The members that have answered at least once, by number.</summary>
    public ImmutableDictionary<int, Peer> Peers => Volatile.Read(ref peers);

    /// <summary>Cancelled when the next member is lost.</summary>
    public CancellationToken NextLoss => Volatile.Read(ref loss).Token;

    /// <summary>Takes notice of who is a member now, without ourselves. Call it from one place only.</summary>
    public void Set(IReadOnlyCollection<SiloAddress> now)
    {
        foreach (var address in members.Keys.Except(now))
        {
            if (!members.TryRemove(address, out var gone))
                continue;
            gone.Cancel();
            Interlocked.Exchange(ref loss, new()).Cancel();
        }

        foreach (var address in now.Except(members.Keys))
        {
            var stop = members[address] = new();
            _ = Task.Run(() => ExchangeAsync(address, stop.Token), CancellationToken.None);
        }
    }

    public void Dispose()
    {
        isDisposed = true;
        Set([]);
    }

    private async Task ExchangeAsync(SiloAddress address, CancellationToken stop)
    {
        Peer? peer = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var state = await nodes().At(address).ExchangeAsync(self.State()).WaitAsync(Peer.Patience / 2, time, stop);
                if (peer is null)
                    Add(peer = new(address, state, time));
                peer.Answered(state);
            }
            catch (Exception e)
            {
                if (stop.IsCancellationRequested)
                    break; // Whatever it was: the call to a node that has just died can fail in several ways.
                if (peer?.IsReachable == true)
                    logger.LogDebug("{Node} does not answer: {Reason}", peer.State.Name, e.Message);
                peer?.Missed();
            }

            await Task.Delay(Period, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        peer?.Lose();
        if (peer is not null)
            await RemoveAsync(peer);
    }

    private void Add(Peer peer)
    {
        self.Joined(peer.State.Name);
        ImmutableInterlocked.Update(ref peers, all => all.SetItem(peer.State.Number, peer));
    }

    // A new incarnation of the node may have its place already.
    private async Task RemoveAsync(Peer peer)
    {
        if (isDisposed)
            return;
        self.Lost(peer.State.Name);

        // Until its sessions are gone, lists without it are not whole. One that has drained has none.
        if (!peer.State.IsDraining)
            await Task.Delay(memory, time);
        ImmutableInterlocked.Update(ref peers, all => all.TryGetValue(peer.State.Number, out var present) && present == peer
            ? all.Remove(peer.State.Number)
            : all);
    }
}
