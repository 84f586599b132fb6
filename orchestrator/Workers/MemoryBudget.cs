using Steelyard.Processes;
using Steelyard.Settings;

namespace Steelyard.Workers;

/// <summary>How many workers a machine can hold.</summary>
public static class MemoryBudget
{
    private const int Least = 16;
    private const int Most = 1000;
    private const long MiB = 1 << 20;

    /// <summary>Number of workers that fit in the available memory with a fifth of it left free; at least 16 and at most 1,000.</summary>
    public static int Workers(WorkerKind kind) => Workers(kind, AvailableBytes());

    internal static int Workers(WorkerKind kind, long availableBytes) =>
        (int)Math.Clamp(availableBytes / 5 * 4 / PerWorker(kind), Least, Most);

    // A busy page takes about three times the memory of an empty one (65 MiB when many run).
    private static long PerWorker(WorkerKind kind) => kind == WorkerKind.Simulated ? 10 * MiB : 200 * MiB;

    // The available memory of the machine, or of the container if it has less.
    private static long AvailableBytes() =>
        Math.Min(MachineMemory.Read().Available, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
}
