namespace Steelyard.Sessions;

/// <summary>Decides which node has the session of an id that its client has chosen: the id itself does not tell.</summary>
public interface IIdClaims
{
    /// <summary>
    /// Claims an id for this node, before it creates the session. Throws <see cref="SessionElsewhereException"/> when another node has
    /// claimed it, and <see cref="Pool.PoolUnavailableException"/> when nobody can tell now.
    /// </summary>
    Task TakeAsync(SessionId id, CancellationToken cancellationToken);

    /// <summary>Gives the id up, because no session of it was created.</summary>
    Task ReleaseAsync(SessionId id);
}

/// <summary>A node that is alone has every session.</summary>
internal sealed class LocalIdClaims : IIdClaims
{
    public Task TakeAsync(SessionId id, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ReleaseAsync(SessionId id) => Task.CompletedTask;
}

/// <summary>Another node must serve the request: it has the session of this id.</summary>
public sealed class SessionElsewhereException(int node) : Exception($"Node {node} has the session")
{
    /// <summary>The number of the node.</summary>
    public int Node => node;
}
