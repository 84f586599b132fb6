using Steelyard.Processes;

namespace Steelyard.Workers;

/// <summary>
/// What workers use with all their processes, measured once for all who ask at about the same time: a look at the whole machine is dear.
/// </summary>
internal sealed class WorkerMemory(WorkerProcesses processes, TimeProvider time)
{
    /// <summary>A measurement is given to whoever asks this long after its beginning.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private Task<Dictionary<string, MemoryUsage>>? latest;
    private long begun;

    /// <summary>By the worker's id. One measurement at a time. Throws <see cref="IOException"/> when no descriptor is left.</summary>
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
