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

    /// <summary>Writes a copy, or replaces it. False when the session has another home.</summary>
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

    /// <summary>Some live sessions of a home, any of them.</summary>
    Task<IReadOnlyList<SessionCopy>> SomeOfAsync(int home, int limit, CancellationToken cancellationToken);

    /// <summary>Moves a live session. True when it lives there now: for exactly one of the nodes that try to have it.</summary>
    Task<bool> TryMoveAsync(string id, int from, int to, CancellationToken cancellationToken);

    /// <summary>Where a session lives, or has lived; null when that is not known.</summary>
    Task<SessionHome?> FindAsync(string id, CancellationToken cancellationToken);
}

/// <summary>What a session was created from.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Data">Whatever its node needs to create it anew.</param>
/// <param name="Age">Time since its create.</param>
/// <param name="Idle">Time since its last use.</param>
public sealed record SessionCopy(string Id, ReadOnlyMemory<byte> Data, TimeSpan Age, TimeSpan Idle);

/// <param name="Node">The number of the node.</param>
/// <param name="IsLive">False when the session has ended there.</param>
public readonly record struct SessionHome(int Node, bool IsLive);
