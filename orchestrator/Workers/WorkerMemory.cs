using Steelyard.Processes;

namespace Steelyard.Workers;

/// <summary>
/// Measures the memory of all workers with all their processes. Callers that ask at about the same time share one measurement, because a
/// scan of the whole machine is expensive.
/// </summary>
internal sealed class WorkerMemory(WorkerProcesses processes, TimeProvider time)
{
    /// <summary>Callers get an existing measurement for this long after it began.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private Task<Dictionary<string, MemoryUsage>>? latest;
    private long begun;

    /// <summary>
    /// Returns the memory usage by worker id. Only one measurement runs at a time. Throws <see cref="IOException"/> when no descriptor is
    /// left.
    /// </summary>
    public Task<Dictionary<string, MemoryUsage>> ReadAsync()
    {
        lock (gate)
        {
            if (latest is not null && (!latest.IsCompleted || (latest.IsCompletedSuccessfully && time.GetElapsedTime(begun) < Fresh)))
                return latest;
            begun = time.GetTimestamp();
            return latest = Task.Run(MeasureAsync);
        }
    }

    private async Task<Dictionary<string, MemoryUsage>> MeasureAsync()
    {
        var look = await processes.LookAsync();
        return look.Of.ToDictionary(worker => worker.Key, worker => ProcessMemory.Of(worker.Select(process => process.Pid)));
    }
}
