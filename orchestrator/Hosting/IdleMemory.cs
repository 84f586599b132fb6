using Steelyard.Async;

namespace Steelyard.Hosting;

/// <summary>
/// Returns memory to the system after a busy period, because browsers need it. The runtime returns memory only when it collects garbage,
/// and an idle node makes too little garbage for a collection.
/// </summary>
internal sealed class IdleMemory(TimeProvider time, ILogger<IdleMemory> logger)
{
    /// <summary>What an idle node can allocate in a period, in bytes: it still probes hundreds of workers.</summary>
    internal const long Rest = 32 << 20;

    /// <summary>Collections after a busy period. In each one, pools drop only a part of what nobody has used for a minute.</summary>
    internal const int Rounds = 6;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    private long before;
    private int rounds;

    /// <summary>Runs until cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Periodic.RunAsync(Period, Look, time, logger, cancellationToken);

    /// <summary>Whether to collect now, and how many collections remain.</summary>
    /// <param name="allocated">Bytes allocated in the last period.</param>
    /// <param name="rounds">The collections that remained before.</param>
    internal static (bool IsDue, int Rounds) Decide(long allocated, int rounds) =>
        allocated > Rest ? (false, Rounds) : (rounds > 0, Math.Max(0, rounds - 1));

    // A collection stops all threads for some ten milliseconds.
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
        logger.LogDebug(
            "Returned {Bytes} bytes of memory to the system in {Milliseconds} ms",
            committed - info.TotalCommittedBytes,
            info.PauseDurations[0].TotalMilliseconds);
    }
}
