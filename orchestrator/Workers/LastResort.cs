using Steelyard.Async;
using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.Settings;

namespace Steelyard.Workers;

/// <summary>
/// Ends a worker when the machine is about to have no memory left. Otherwise the kernel would kill a process of its own choice, such as
/// this node, or a program that has nothing to do with it. Ends one worker at a time, and the next one only if that was not enough.
/// </summary>
internal sealed class LastResort(
    WorkerProcesses processes, IMachine machine, Options options, TimeProvider time, ILogger<LastResort> logger)
{
    /// <summary>The kernel needs this time to take back the memory of a large browser.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private long? lastEnd;

    /// <summary>Runs the loop until it is cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    /// <param name="list">Returns the live workers.</param>
    /// <param name="stop">Stops a worker.</param>
    /// <param name="cancellationToken">Ends the loop.</param>
    public Task RunAsync(Func<List<Worker>> list, Action<Worker, StopReason> stop, CancellationToken cancellationToken) =>
        Periodic.RunAsync(Period, () => LookAsync(list, stop), time, logger, cancellationToken);

    /// <summary>
    /// Returns the worker to end: the largest one without a session, because nobody loses anything with it; if all have one, the largest.
    /// Returns null if there is none.
    /// </summary>
    /// <param name="workers">Id, state and memory of each worker.</param>
    internal static string? Choose(IEnumerable<(string Id, WorkerState State, long Bytes)> workers) => workers
        .Where(worker => worker.State is WorkerState.Starting or WorkerState.Ready or WorkerState.Leased)
        .OrderBy(worker => worker.State == WorkerState.Leased)
        .ThenByDescending(worker => worker.Bytes)
        .Select(worker => worker.Id)
        .FirstOrDefault();

    private async Task LookAsync(Func<List<Worker>> list, Action<Worker, StopReason> stop)
    {
        if ((lastEnd is { } at && time.GetElapsedTime(at) < Pause) || !machine.IsMemoryNearlyGone(options.MemoryReserve))
            return;
        var workers = list();
        if (workers.Count == 0 || await TryMeasureAsync() is not { } bytes)
            return;
        var id = Choose(workers.Select(worker => (worker.Id, worker.State, bytes(worker.Id))));
        if (workers.Find(worker => worker.Id == id) is not { } chosen)
            return;
        logger.LogError(
            "The machine has almost no memory left (--memory-reserve): {Worker} is ended, which uses {Bytes} bytes. Lower --max-workers",
            chosen, bytes(chosen.Id));
        stop(chosen, StopReason.MachineMemory);
        lastEnd = time.GetTimestamp();
    }

    // Returns null if no descriptor is left to read /proc.
    private async Task<Func<string, long>?> TryMeasureAsync()
    {
        try
        {
            var look = await processes.LookAsync();
            return id => ProcessMemory.Of(look.Of[id].Select(process => process.Pid)).OwnBytes;
        }
        catch (IOException e)
        {
            logger.LogWarning("Cannot find the worker that uses the most memory now: {Reason}", e.Message);
            return null;
        }
    }
}
