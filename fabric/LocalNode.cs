namespace Steelyard.Fabric;

/// <summary>What the fabric asks of the node that it belongs to. Both are called on threads of the pool, and return at once.</summary>
/// <param name="State">The node's state for the others.</param>
/// <param name="TryReserve">Keeps a place for one session for a moment. False when there is none.</param>
/// <param name="Joined">Told the name of a node that is here now.</param>
/// <param name="Lost">Told the name of a node that is no member any more.</param>
/// <param name="CutOff">Told why this node has no right to its sessions any more. It must give them up.</param>
public sealed record LocalNode(
    Func<PeerState> State, Func<Guid, bool> TryReserve, Action<string> Joined, Action<string> Lost, Action<string> CutOff);
