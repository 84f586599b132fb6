using Steelyard.Fabric;
using Steelyard.Sessions;

namespace Steelyard.Cluster;

/// <summary>Says on which node a session lives.</summary>
internal sealed class SessionOwners(
    IFabric fabric, SessionIdIssuer ids, SessionRegistry sessions, ClusterIdClaims claims, SessionHomes homes)
{
    /// <summary>
    /// The number of the node that has a session, or had it last; null when there is none. Throws
    /// <see cref="Pool.PoolUnavailableException"/> when the table must be asked and does not answer.
    /// </summary>
    public async ValueTask<int?> FindAsync(SessionId id, CancellationToken cancellationToken)
    {
        if (sessions.FindPresent(id) is not null || (homes.AreKept && homes.IsKnownToHaveEnded(id)))
            return fabric.Number;
        return homes.Moved(id) is { } node ? node
            : ids.Made(id) ? id.Node
            : await claims.FindAsync(id, cancellationToken) ?? (await homes.FindAsync(id, isLast: false, cancellationToken))?.Node;
    }
}
