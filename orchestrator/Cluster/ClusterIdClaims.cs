using System.Globalization;
using Steelyard.Fabric.Tables;
using Steelyard.Pool;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Cluster;

/// <summary>
/// Claims in the cluster's table: an id belongs to the node that was first, so a create that is repeated through another node never makes
/// a second session. A claim lasts as long as the history, in which the id stays known after the session's end.
/// </summary>
internal sealed class ClusterIdClaims(
    IClaims claims, SessionHomes homes, Options options, ILogger<ClusterIdClaims> logger) : IIdClaims
{
    private readonly string own = options.NodeNumber.ToString(CultureInfo.InvariantCulture);

    public async Task TakeAsync(SessionId id, CancellationToken cancellationToken)
    {
        try
        {
            var owner = await claims.ClaimAsync(Key(id), own, options.HistoryAge, cancellationToken);
            var number = int.Parse(owner, CultureInfo.InvariantCulture);

            // It may have moved since, or is about to be created anew.
            var home = await homes.FindAsync(id, isLast: false, cancellationToken) is { IsLive: true } live ? live.Node : number;
            if (home != options.NodeNumber)
                throw new SessionElsewhereException(home);
            if (owner != own)
                throw PoolUnavailableException.BeingRestored();
        }
        catch (TableUnavailableException e)
        {
            throw NoTable(e);
        }
    }

    /// <summary>
    /// Claims the id of a live session of this node again: the table may have been emptied, and a session may live for longer than a claim.
    /// Returns the number of the node that has the claim. Throws <see cref="TableUnavailableException"/>.
    /// </summary>
    public async Task<int> RenewAsync(SessionId id, CancellationToken cancellationToken) =>
        int.Parse(await claims.ClaimAsync(Key(id), own, options.HistoryAge, cancellationToken), CultureInfo.InvariantCulture);

    public async Task ReleaseAsync(SessionId id)
    {
        try
        {
            await claims.ReleaseAsync(Key(id), own);
        }
        catch (TableUnavailableException e)
        {
            logger.LogWarning("The id {Id} stays claimed for this node, where it may be used again: {Reason}", id, e.Message);
        }
    }

    /// <summary>
    /// The number of the node that has claimed an id; null for none. Throws <see cref="PoolUnavailableException"/> when nobody can tell.
    /// </summary>
    public async Task<int?> FindAsync(SessionId id, CancellationToken cancellationToken)
    {
        try
        {
            var owner = await claims.FindAsync(Key(id), cancellationToken);
            return owner is null ? null : int.Parse(owner, CultureInfo.InvariantCulture);
        }
        catch (TableUnavailableException e)
        {
            throw NoTable(e);
        }
    }

    private static string Key(SessionId id) => $"session:{id}";

    private static PoolUnavailableException NoTable(TableUnavailableException e) => PoolUnavailableException.NoTable(e.Message);
}
