namespace Steelyard.Fabric;

/// <summary>What a node knows of the other nodes of its cluster.</summary>
public interface IFabric : IAsyncDisposable
{
    /// <summary>The number of this node.</summary>
    int Number { get; }

    /// <summary>
    /// Joins the other nodes. Returns when this one is a member: true when it may take over the sessions of an earlier process of this
    /// node, false when others may have said already that they are gone. Throws <see cref="Membership.NameTakenException"/> and
    /// <see cref="Tables.TableUnavailableException"/>.
    /// </summary>
    Task<bool> StartAsync(CancellationToken cancellationToken);

    /// <summary>The other nodes that have been heard of, reachable or not. Replaced as a whole when it changes.</summary>
    IEnumerable<Peer> Peers { get; }

    /// <summary>Whether this node still has the right to its sessions. When it has not, no request about one may be answered.</summary>
    bool MayServe { get; }

    /// <summary>Says where the sessions with this number in their ids live.</summary>
    /// <param name="number">0 to 65,535.</param>
    /// <param name="peer">The node, if it is another one and can be reached.</param>
    Whereabouts Find(int number, out Peer? peer);

    /// <summary>
    /// Whether a node that cannot be reached has given up its sessions: then no node will ever serve them again.
    /// </summary>
    /// <param name="number">Its number.</param>
    /// <param name="cancellationToken">The client has left.</param>
    Task<bool> IsGoneAsync(int number, CancellationToken cancellationToken);

    /// <summary>
    /// Asks a node to keep a place for one session for a moment. False when it has none, or does not answer within two seconds.
    /// </summary>
    /// <param name="peer">The node.</param>
    /// <param name="reservation">Names the place.</param>
    /// <param name="waited">How long the create has waited: among those that wait for a worker there, the oldest is served first.</param>
    /// <param name="cancellationToken">The client has left.</param>
    Task<bool> TryReserveAsync(Peer peer, Guid reservation, TimeSpan waited, CancellationToken cancellationToken);

    /// <summary>Stands in the cluster's line until it is this create's turn, or for some seconds: then ask again.</summary>
    /// <param name="create">Names the create.</param>
    /// <param name="holder">The key that holds it; empty without keys.</param>
    /// <param name="waited">How long it has waited already.</param>
    /// <param name="limit">The most creates that may stand in line.</param>
    /// <param name="cancellationToken">The client has left.</param>
    Task<Turn> WaitTurnAsync(Guid create, string holder, TimeSpan waited, int limit, CancellationToken cancellationToken);

    /// <summary>A create that has got a turn has its room: the next turn for this node can be given.</summary>
    void LeaveLine(Guid create);
}

/// <summary>Where sessions live.</summary>
public enum Whereabouts
{
    /// <summary>On this node.</summary>
    Here,

    /// <summary>On another node that can be reached.</summary>
    There,

    /// <summary>On a node that cannot be reached now. It may come back, or be gone.</summary>
    Away,
}
