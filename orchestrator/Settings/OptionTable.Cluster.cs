using static Steelyard.Settings.OptionValues;

namespace Steelyard.Settings;

/// <content>Several nodes that act as one.</content>
public static partial class OptionTable
{
    private static OptionGroup Cluster => new("Several machines",
    [
        new("cluster", "URL",
            "Join the cluster whose members stand in this table: redis://HOST, or postgres://USER@HOST/DATABASE [no cluster]",
            (o, v) => o with { Cluster = Table(v) }),
        new("cluster-name", "NAME", "Name of the cluster: several can share a table [steelyard]",
            (o, v) => o with { ClusterName = Name(v) }),
        new("cluster-secret-file", "PATH",
            "File with the secret that all nodes of the cluster share, at least 32 characters: `openssl rand -hex 32` makes one",
            (o, v) => o with { ClusterSecretFile = Path.GetFullPath(NotEmpty(v)) }),
        new("node", "NAME", "Name of this node, unique in the cluster; it stays the same after a restart [the host's name]",
            (o, v) => o with { NodeName = Name(v) }),
        new("node-id", "N", "Number of this node, part of every session id [0; in a cluster a hash of --node]",
            (o, v) => o with { NodeId = Number(v, 0, ushort.MaxValue) }),
        new("region", "NAME", "Where this node runs: creates stay in the region of the node that received them, while it has room [none]",
            (o, v) => o with { Region = Name(v) }),
        new("advertise", "IP:PORT",
            "Where the other nodes reach this one. It listens there, and on the next port for forwarded requests [127.0.0.1:7400]",
            (o, v) => o with { Advertise = Endpoint(v) }),
        new("cluster-bind", "IP", "The address to listen on for other nodes, where it differs from --advertise, as behind NAT",
            (o, v) => o with { ClusterBind = Address(v) }),
        new("redirect", "URL",
            "Where clients reach this node directly, such as https://node-1.example:8080: other nodes send WebSockets for its sessions "
            + "there, if the client follows, instead of forwarding them [they forward]",
            (o, v) => o with { Redirect = NodeUrl(v) }),
        new("cluster-grace", "TIME",
            "A lost node's sessions are answered with 503 for this time, and with 404 after it. A node that is cut off gives them up after "
            + "half of it [20s]",
            (o, v) => o with { ClusterGrace = Duration.Parse(v) }),
        new("cluster-copy-limit", "SIZE",
            "With --on-worker-lost restore, a session of a lost node is created again on another one from a copy in the table, if the copy "
            + "is not larger [1M]",
            (o, v) => o with { ClusterCopyLimit = Bytes(v, 1024, 64 << 20) }),
    ]);
}
