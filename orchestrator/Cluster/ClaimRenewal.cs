using Steelyard.Async;
using Steelyard.Fabric;
using Steelyard.Pool;
using Steelyard.Sessions;

namespace Steelyard.Cluster;

/// <summary>
/// Claims the ids that clients have chosen again and again while their sessions live: the table may have been emptied, and a session may
/// live for longer than a claim.
/// </summary>
internal sealed class ClaimRenewal(IFabric fabric, ClusterIdClaims claims, SessionRegistry sessions, ILogger<ClaimRenewal> logger)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    /// <summary>Runs until cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    public Task RunAsync(TimeProvider time, CancellationToken stop) =>
        Periodic.RunAsync(Period, () => RenewAsync(stop), time, logger, stop);

    private async Task RenewAsync(CancellationToken stop)
    {
        foreach (var session in sessions.Live.Where(session => session.Request.ChosenId is not null && session.EndReason is null))
        {
            if (!fabric.MayServe)
                return;
            try
            {
                await claims.TakeAsync(session.Id, stop);
            }
            catch (SessionElsewhereException e)
            {
                logger.LogError(
                    "Session {Id} lives here, and the cluster's table names node {Node}: it was emptied, and the id was used again there",
                    session.Id, e.Node);
            }
            catch (PoolUnavailableException)
            {
                return; // The fabric says that the table is away.
            }
        }
    }
}
