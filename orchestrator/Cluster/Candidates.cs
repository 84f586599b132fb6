using Steelyard.Fabric;

namespace Steelyard.Cluster;

/// <summary>Chooses the node for a create. Pure, except for chance.</summary>
internal static class Candidates
{
    /// <summary>
    /// Takes two of the nodes that have room at random and returns the one with more: almost as good as the best of all, and many nodes
    /// that choose at the same moment do not all choose the same (Mitzenmacher 2001, "The Power of Two Choices"). Nodes of the own region
    /// come first, and nodes with idle workers before those that would have to start one. Null when none has room.
    /// </summary>
    /// <param name="peers">The other nodes.</param>
    /// <param name="region">The region of the node that has the create.</param>
    /// <param name="tried">Numbers of nodes that had no room when they were asked.</param>
    /// <param name="random">Chance.</param>
    public static Peer? Choose(IEnumerable<Peer> peers, string region, IReadOnlySet<int> tried, Random random)
    {
        var able = peers.Where(peer =>
            peer.IsReachable && peer.State is { IsDraining: false, Free: > 0 } && !tried.Contains(peer.State.Number)).ToList();
        if (able.Count == 0)
            return null;
        var near = able.FindAll(peer => peer.State.Region == region);
        var from = near.Count > 0 ? near : able;
        var ready = from.FindAll(peer => peer.State.Idle > 0);
        from = ready.Count > 0 ? ready : from;
        var (one, other) = (from[random.Next(from.Count)], from[random.Next(from.Count)]);
        return (one.State.Idle, one.State.Free).CompareTo((other.State.Idle, other.State.Free)) >= 0 ? one : other;
    }
}
