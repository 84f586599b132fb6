using Steelyard.Async;
using Steelyard.Fabric;
using Steelyard.Fabric.Tables;
using Steelyard.Sessions;

namespace Steelyard.Cluster;

/// <summary>
/// Claims the ids that clients have chosen again and again while their sessions live: the table may have been emptied, and a session may
/// live for longer than a claim.
/// </summary>
internal sealed class ClaimRenewal(
    IFabric fabric, ClusterIdClaims claims, SessionHomes homes, SessionRegistry sessions, ILogger<ClaimRenewal> logger)
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
                // One that has moved here may still have the claim of its first node, until that runs out.
                if (await claims.RenewAsync(session.Id, stop) is var node && node != fabric.Number && !homes.AreKept)
                {
                    logger.LogError(
                        "Session {Id} lives here, but the cluster's table names node {Node}: it was emptied, and the id was used there",
                        session.Id, node);
                }
            }
            catch (TableUnavailableException)
            {
                return; // The fabric says so.
            }
        }
    }
}
