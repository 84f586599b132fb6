using Steelyard.Async;

namespace Steelyard.Hosting;

/// <summary>
/// Gives back what a rush has left, for browsers need it: the runtime returns memory only while it collects garbage, and a node that rests makes too little.
/// </summary>
internal sealed class IdleMemory(TimeProvider time, ILogger<IdleMemory> logger)
{
    /// <summary>What a node may allocate in a period and still rest, in bytes: hundreds of workers are probed meanwhile.</summary>
    internal const long Rest = 32 << 20;

    /// <summary>Collections after a rush: pools drop a part of what they keep, and only what nobody has used for a minute.</summary>
    internal const int Rounds = 6;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    private long before;
    private int rounds;

    /// <summary>Runs until cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Periodic.RunAsync(Period, Look, time, logger, cancellationToken);

    /// <summary>Whether to collect now, and how often still.</summary>
    /// <param name="allocated">In the last period, in bytes.</param>
    /// <param name="rounds">How often still, as it was.</param>
    internal static (bool IsDue, int Rounds) Decide(long allocated, int rounds) => allocated > Rest ? (false, Rounds) : (rounds > 0, Math.Max(0, rounds - 1));

    // Everything waits for some ten milliseconds.
    private void Look()
    {
        var allocated = GC.GetTotalAllocatedBytes();
        (var isDue, rounds) = Decide(allocated - before, rounds);
        before = allocated;
        if (!isDue)
            return;
        var committed = GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var info = GC.GetGCMemoryInfo(GCKind.Any);
        logger.LogDebug("Gave back {Bytes} bytes of memory, {Milliseconds} ms", committed - info.TotalCommittedBytes, info.PauseDurations[0].TotalMilliseconds);
    }
}
