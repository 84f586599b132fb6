using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Steelyard.Settings;

/// <content>Several nodes that act as one.</content>
public sealed partial record Options
{
    /// <summary>Address of the table of a cluster's members; empty for a node that is alone.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>Name of the cluster.</summary>
    public string ClusterName { get; init; } = "steelyard";

    /// <summary>Absolute path of the file with the cluster's secret; empty for a node that is alone.</summary>
    public string ClusterSecretFile { get; init; } = "";

    /// <summary>Name of this node; empty means the host's name.</summary>
    public string NodeName { get; init; } = "";

    /// <summary>What the operator says is the number of this node; null lets <see cref="NodeNumber"/> decide.</summary>
    public int? NodeId { get; init; }

    /// <summary>Number of this node, 0 to 65,535; part of every session id. In a cluster, a hash of the name.</summary>
    public int NodeNumber => NodeId ?? (IsClustered
        ? BinaryPrimitives.ReadUInt16BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(NodeName)))
        : 0);

    /// <summary>Where this node runs, in the operator's words; empty for nowhere in particular.</summary>
    public string Region { get; init; } = "";

    /// <summary>Where the other nodes call this one. They forward requests to the next port.</summary>
    public IPEndPoint Advertise { get; init; } = new(IPAddress.Loopback, 7400);

    /// <summary>IP address to listen on for other nodes; empty means that of <see cref="Advertise"/>.</summary>
    public string ClusterBind { get; init; } = "";

    /// <summary>Where clients reach this node directly; null when other nodes forward to it.</summary>
    public Uri? Redirect { get; init; }

    /// <summary>How long a lost node's sessions are answered with 503 instead of 404.</summary>
    public TimeSpan ClusterGrace { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Size in bytes above which no copy of a session is kept in the table.</summary>
    public int ClusterCopyLimit { get; init; } = 1 << 20;

    /// <summary>Whether this node is one of several.</summary>
    public bool IsClustered => Cluster.Length > 0;
}
