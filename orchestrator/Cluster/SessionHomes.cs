using System.Collections.Concurrent;
using Steelyard.Fabric.Tables;
using Steelyard.Pool;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Cluster;

/// <summary>
/// Where sessions live that were created anew on another node than the one in their id (<c>--on-worker-lost restore</c>). The table knows;
/// what it has said is remembered until it turns out to be wrong.
/// </summary>
internal sealed class SessionHomes(ISessionCopies copies, SessionRegistry sessions, Options options)
{
    private const int MaxKnown = 10_000;

    private readonly ConcurrentDictionary<SessionId, int> moved = new();

    /// <summary>Whether sessions move at all.</summary>
    public bool AreKept => options.OnWorkerLost == OnWorkerLost.Restore;

    /// <summary>The number of the node to which a session has moved, as far as this node knows; null when it knows nothing.</summary>
    public int? Moved(SessionId id) => moved.TryGetValue(id, out var node) ? node : null;

    /// <summary>A session lives on the node of this number.</summary>
    public void Learn(SessionId id, int node)
    {
        if (moved.Count >= MaxKnown)
            moved.Clear(); // Each can be learned again.
        moved[id] = node;
    }

    /// <summary>
    /// Where a session lives, or has lived, that this node does not have; null when nobody knows better than its id. Throws
    /// <see cref="PoolUnavailableException"/> when the table cannot be asked.
    /// </summary>
    /// <param name="id">The session.</param>
    /// <param name="isLast">It is about to be called lost: if nobody knows better, it can never be created anew.</param>
    /// <param name="cancellationToken">The client has left.</param>
    public async Task<SessionHome?> FindAsync(SessionId id, bool isLast, CancellationToken cancellationToken)
    {
        if (!AreKept || IsKnownToHaveEnded(id))
            return null;
        try
        {
            var home = await (isLast
                ? copies.FindOrCloseAsync(id.ToString(), options.HistoryAge, cancellationToken)
                : copies.FindAsync(id.ToString(), cancellationToken));
            if (home is { Node: SessionHome.Nowhere })
                home = null;
            if (home is { } found && found.Node != options.NodeNumber)
                Learn(id, found.Node);
            else
                moved.TryRemove(id, out _);
            return home;
        }
        catch (TableUnavailableException e)
        {
            throw PoolUnavailableException.NoHome(e.Message);
        }
    }

    /// <summary>It has ended on this node. One that was cut off with this node may have been created anew since.</summary>
    public bool IsKnownToHaveEnded(SessionId id) =>
        sessions.FindEnded(id) is { } ended && ended.Cause != SessionEnd.NodeCutOff;
}
