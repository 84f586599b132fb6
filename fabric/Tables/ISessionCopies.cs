namespace Steelyard.Fabric.Tables;

/// <summary>
/// Copies of what sessions were created from, so that another node can create them anew when their own node is lost. A session has one
/// home, the number of the node that it lives on. Only a move changes it.
/// </summary>
/// <remarks>
/// All methods throw <see cref="TableUnavailableException"/> within their deadline, and may be repeated then. All return on the thread
/// pool. Ages and idle times are measured by the server's clock: those of the nodes may differ.
/// </remarks>
public interface ISessionCopies
{
    /// <summary>A copy that nobody has touched for so long is deleted.</summary>
    static readonly TimeSpan Life = TimeSpan.FromDays(1);

    /// <summary>Writes a copy, or replaces it. False when the session has another home, or has ended.</summary>
    Task<bool> WriteAsync(int home, SessionCopy copy, CancellationToken cancellationToken);

    /// <summary>Writes down since when sessions are idle. Returns those that have no copy with this home.</summary>
    Task<IReadOnlyList<string>> TouchAsync(
        int home, IReadOnlyDictionary<string, TimeSpan> idle, CancellationToken cancellationToken);

    /// <summary>The session has ended. Does nothing when it has another home.</summary>
    /// <param name="home">Its home.</param>
    /// <param name="id">Its id.</param>
    /// <param name="memory">How long its home can still be found; zero when its id tells.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task EndAsync(int home, string id, TimeSpan memory, CancellationToken cancellationToken);

    /// <summary>The numbers of the nodes that are the home of a live session.</summary>
    Task<IReadOnlyList<int>> HomesAsync(CancellationToken cancellationToken);

    /// <summary>The ids of the live sessions of a home.</summary>
    Task<IReadOnlyList<string>> IdsOfAsync(int home, CancellationToken cancellationToken);

    /// <summary>Reads the copy of a live session; null when it has none, or another home.</summary>
    Task<SessionCopy?> ReadAsync(int home, string id, CancellationToken cancellationToken);

    /// <summary>
    /// Moves a live session, unless it has been moved since its copy was read. True for exactly one of those that try, also when it makes
    /// the same call again.
    /// </summary>
    /// <param name="copy">As it was read.</param>
    /// <param name="from">Its home then.</param>
    /// <param name="to">Its next home; the same one for a session that its home creates anew.</param>
    /// <param name="token">Names this move, and no other.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<bool> TryMoveAsync(SessionCopy copy, int from, int to, Guid token, CancellationToken cancellationToken);

    /// <summary>Where a session lives, or has lived; null when that is not known.</summary>
    Task<SessionHome?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>
    /// The same for a session that is about to be called lost: if nothing is known of it, no copy of it can be written from now on.
    /// </summary>
    /// <param name="id">Its id.</param>
    /// <param name="memory">For how long none can be written.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<SessionHome?> FindOrCloseAsync(string id, TimeSpan memory, CancellationToken cancellationToken);
}

/// <summary>What a session was created from.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Data">Whatever its node needs to create it anew.</param>
/// <param name="Age">Time since its create.</param>
/// <param name="Idle">Time since its last use.</param>
public sealed record SessionCopy(string Id, ReadOnlyMemory<byte> Data, TimeSpan Age, TimeSpan Idle)
{
    /// <summary>The token of its last move; all zeros for none.</summary>
    public Guid Moved { get; init; }
}

/// <param name="Node">The number of the node; <see cref="Nowhere"/> for a session that was called lost.</param>
/// <param name="IsLive">False when the session has ended there.</param>
public readonly record struct SessionHome(int Node, bool IsLive)
{
    /// <summary>No node has this number.</summary>
    public const int Nowhere = -1;
}
