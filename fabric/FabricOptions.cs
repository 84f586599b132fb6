using System.Net;

namespace Steelyard.Fabric;

/// <summary>How a node takes part in a cluster.</summary>
/// <param name="Table">The address of the table.</param>
/// <param name="Cluster">Name of the cluster: several can share a table.</param>
/// <param name="Name">Name of this node, unique in the cluster.</param>
/// <param name="Number">Its number, 0 to 65,535, unique as well.</param>
/// <param name="Advertised">Address and port at which the other nodes call this one.</param>
/// <param name="Listen">Where it listens for their calls.</param>
/// <param name="Secret">The cluster's secret.</param>
public sealed record FabricOptions(
    string Table, string Cluster, string Name, int Number, IPEndPoint Advertised, IPEndPoint Listen, ClusterSecret Secret);
