using Steelyard.Processes;

namespace Steelyard.Workers;

/// <summary>
/// Measures memory and processor time of all workers with all their processes. Callers that ask at about the same time share one
/// measurement, because a scan of the whole machine is expensive.
/// </summary>
internal sealed class WorkerUsage(WorkerProcesses processes, TimeProvider time)
{
    /// <summary>Callers get an existing measurement for this long after it began.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private Task<Dictionary<string, Usage>>? latest;
    private long begun;

    /// <summary>
    /// Returns the usage by worker id. Only one measurement runs at a time. Throws <see cref="IOException"/> when no descriptor is
    /// left.
    /// </summary>
    public Task<Dictionary<string, Usage>> ReadAsync()
    {
        lock (gate)
        {
            if (latest is not null && (!latest.IsCompleted || (latest.IsCompletedSuccessfully && time.GetElapsedTime(begun) < Fresh)))
                return latest;
            begun = time.GetTimestamp();
            return latest = Task.Run(MeasureAsync);
        }
    }

    private async Task<Dictionary<string, Usage>> MeasureAsync()
    {
        var look = await processes.LookAsync();
        return look.Of.ToDictionary(worker => worker.Key, worker => Usage.Of([.. worker.Select(process => process.Pid)]));
    }
}

/// <summary>What a worker uses with all its live processes.</summary>
/// <param name="Memory">Memory now.</param>
/// <param name="Processor">Processor time since the processes started.</param>
internal readonly record struct Usage(MemoryUsage Memory, TimeSpan Processor)
{
    public static Usage Of(IReadOnlyList<int> pids) => new(
        ProcessMemory.Of(pids),
        TimeSpan.FromSeconds(pids.Sum(pid => ProcessStat.Read(pid)?.CpuTime ?? 0) / (double)ProcessStat.TicksPerSecond));
}
