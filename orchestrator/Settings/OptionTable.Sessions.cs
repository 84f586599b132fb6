using static Steelyard.Settings.OptionValues;

namespace Steelyard.Settings;

/// <content>Sessions and the queue.</content>
public static partial class OptionTable
{
    private static OptionGroup Sessions => new("Sessions and the queue",
    [
        new("queue-limit", "N", "Number of creates that can wait for a worker [1000]",
            (o, v) => o with { QueueLimit = Number(v, 1, MaxCount) }),
        new("queue-timeout", "TIME", "How long a create can wait for a worker [30s]",
            (o, v) => o with { QueueTimeout = Duration.Parse(v) }),
        new("on-worker-lost", "end|restore",
            "What happens to a session whose worker died: it ends, or it is created again on another worker [end]",
            (o, v) => o with { OnWorkerLost = Choice(v, "end", OnWorkerLost.End, "restore", OnWorkerLost.Restore) }),
        new("max-restores", "N", "How often one session can be restored [10]", (o, v) => o with { MaxRestores = Number(v, 1, MaxCount) }),
        new("tombstones", "N", "Number of ended sessions for which a 404 can still give the reason [10000]",
            (o, v) => o with { Tombstones = Number(v, 0, MaxCount) }),
    ]);
}
