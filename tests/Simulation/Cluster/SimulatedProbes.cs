using Steelyard.Fabric;

namespace Steelyard.Tests.Simulation.Cluster;

/// <summary>Declares those dead that a node cannot reach, whether or not they are well. Who joins gets more time.</summary>
internal sealed class SimulatedProbes(ClusterWorld cluster, SimulatedHost host)
{
    private readonly Dictionary<string, int> misses = [];

    public void Look(TableView view)
    {
        foreach (var row in view.Names.Select(other => view.Newest(other)!.Value).Where(row => row.Name != host.Name))
        {
            var other = row.Name;
            var isReached = cluster.Host(other) is { IsRunning: true, IsPaused: false }
                && cluster.Network.Reaches(host.Name, other) && cluster.Network.Reaches(other, host.Name);
            misses[other] = isReached ? 0 : misses.GetValueOrDefault(other) + 1;
            if (row.Status != RowStatus.Dead && misses[other] >= (row.Status == RowStatus.Active ? 3 : 10))
                cluster.AtTable(host, _ => cluster.Accuse(cluster.Host(other), row.Incarnation));
        }
    }
}
