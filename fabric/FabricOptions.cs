using System.Net;

namespace Steelyard.Fabric;

/// <summary>How a node takes part in a cluster.</summary>
/// <param name="Cluster">Name of the cluster: several can share a table.</param>
/// <param name="Name">Name of this node, unique in the cluster.</param>
/// <param name="Number">Its number, 0 to 65,535, unique as well.</param>
/// <param name="Advertised">Address and port at which the other nodes call this one.</param>
/// <param name="Listen">Where it listens for their calls.</param>
/// <param name="Tenure">The times after which a node that is away has lost its sessions.</param>
public sealed record FabricOptions(
    string Cluster, string Name, int Number, IPEndPoint Advertised, IPEndPoint Listen, TenureOptions Tenure);
