namespace Steelyard.Settings;

/// <content>The node itself.</content>
public static partial class OptionTable
{
    private static OptionGroup Node => new("The node itself",
    [
        new("supervised", null,
            "Run under a small parent process that holds the listening socket and replaces an orchestrator that has died or hangs",
            (o, v) => o with { Supervised = bool.Parse(v) }),
        new("node-hang-timeout", "TIME",
            "With --supervised, an orchestrator that neither answers nor accepts anything for this time is killed and replaced [30s]",
            (o, v) => o with { NodeHangTimeout = Duration.Parse(v) }),
        new("node-start-timeout", "TIME",
            "The limit of --node-hang-timeout until the first answer of an orchestrator, while it takes over sessions [5m]",
            (o, v) => o with { NodeStartTimeout = Duration.Parse(v) }),
        new("drain-timeout", "TIME", "How long a drain waits for sessions to end [10m]",
            (o, v) => o with { DrainTimeout = Duration.Parse(v) }),
        new("shutdown-timeout", "TIME", "How long a shutdown can take [4s]", (o, v) => o with { ShutdownTimeout = Duration.Parse(v) }),
    ]);
}
