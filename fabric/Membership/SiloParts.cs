using Microsoft.Extensions.Logging;
using Steelyard.Fabric.Tables;

namespace Steelyard.Fabric.Membership;

/// <summary>What every incarnation of a node is made of.</summary>
/// <param name="Options">How it takes part.</param>
/// <param name="Table">Where the members stand.</param>
/// <param name="Certificate">Proves that it knows the cluster's secret.</param>
/// <param name="Node">Answers the calls of others.</param>
/// <param name="Verdicts">What is known of the others. It outlasts the incarnation.</param>
/// <param name="Clock">The time since this machine started.</param>
/// <param name="Loggers">The log of the node.</param>
internal sealed record SiloParts(
    FabricOptions Options,
    ClusterTable Table,
    ClusterCertificate Certificate,
    LocalNode Node,
    Verdicts Verdicts,
    Func<TimeSpan> Clock,
    ILoggerFactory Loggers);
