namespace Steelyard.Fabric;

/// <summary>What the fabric asks of the node that it belongs to. All are called on threads of the pool, and return at once.</summary>
/// <param name="State">The node's state for the others.</param>
/// <param name="TryReserve">
/// Keeps a place for one session, whose create has waited for so long, for a moment. False when there is none.
/// </param>
/// <param name="Joined">Told the name of a node that is here now.</param>
/// <param name="Lost">Told the name of a node that is no member any more.</param>
/// <param name="CutOff">
/// Told why this node has no right to its sessions any more. It must give up those that it has, and may answer for them when it returns.
/// </param>
public sealed record LocalNode(
    Func<PeerState> State,
    Func<Guid, TimeSpan, bool> TryReserve,
    Action<string> Joined,
    Action<string> Lost,
    Action<string> CutOff)
{
    /// <summary>Reads what an earlier process of this node has written; null for nothing, or from before a reboot.</summary>
    public required Func<TimeSpan?> Record { get; init; }

    /// <summary>Writes down the last renewal of this node's right to its sessions; null when nothing can be taken over.</summary>
    public required Action<TimeSpan?> Write { get; init; }

    /// <summary>Ends the sessions, if there are any: some can have been created after the node was cut off.</summary>
    public required Action EndLeft { get; init; }
}
