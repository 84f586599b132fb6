using Steelyard.Async;
using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.Settings;

namespace Steelyard.Workers;

/// <summary>
/// Ends workers when the machine is about to have no memory left. Otherwise the kernel would kill a process of its own choice, such as
/// this node, or a program that has nothing to do with it. First all workers without a session end, because nobody loses anything with
/// them. If that is not enough, the largest of the others ends, one after the other.
/// </summary>
internal sealed class LastResort(
    WorkerProcesses processes, IMachine machine, Options options, TimeProvider time, ILogger<LastResort> logger)
{
    /// <summary>The kernel needs this time to take back the memory of a large browser that has ended.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>No worker starts for this time after one was ended: it would only have to end, too.</summary>
    public static readonly TimeSpan Recovery = TimeSpan.FromSeconds(20);

    // A machine that swaps can need this time to end a large process. Others do not have to wait longer for it.
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private List<Worker> ended = [];
    private long lastEnd;

    /// <summary>Runs the loop until it is cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    /// <param name="list">Returns the live workers.</param>
    /// <param name="stop">Stops a worker.</param>
    /// <param name="stopIdle">Stops all workers without a session, and returns them.</param>
    /// <param name="cancellationToken">Ends the loop.</param>
    public Task RunAsync(
        Func<List<Worker>> list,
        Action<Worker, StopReason> stop,
        Func<StopReason, List<Worker>> stopIdle,
        CancellationToken cancellationToken) =>
        options.MemoryReserve == 0
            ? Task.CompletedTask
            : Periodic.RunAsync(Period, () => LookAsync(list, stop, stopIdle), time, logger, cancellationToken);

    private async Task LookAsync(Func<List<Worker>> list, Action<Worker, StopReason> stop, Func<StopReason, List<Worker>> stopIdle)
    {
        try
        {
            if (IsMemoryComing() || !machine.IsMemoryNearlyGone(options.MemoryReserve))
                return;
            if (stopIdle(StopReason.MachineMemory) is { Count: > 0 } idle)
                Remember(idle, "all workers without a session");
            else if (await LargestAsync(list) is { } largest)
            {
                stop(largest, StopReason.MachineMemory);
                Remember([largest], $"{largest}, the largest");
            }
        }
        catch (IOException e)
        {
            logger.LogWarning("Cannot look at the memory of the machine now: {Reason}", e.Message);
        }
    }

    // The memory of those that were ended last is still being freed.
    private bool IsMemoryComing() => ended.Count > 0 && time.GetElapsedTime(lastEnd) is var since
        && (since < Pause || (since < LongestEnd && ended.Exists(worker => !worker.Exited.IsCompleted)));

    private async Task<Worker?> LargestAsync(Func<List<Worker>> list)
    {
        var look = await processes.LookAsync();
        return list().FindAll(worker => worker.State == WorkerState.Leased)
            .MaxBy(worker => ProcessMemory.Of(look.Of[worker.Id].Select(process => process.Pid)).OwnBytes);
    }

    private void Remember(List<Worker> workers, string what)
    {
        (ended, lastEnd) = (workers, time.GetTimestamp());
        logger.LogError(
            "The machine has almost no memory left (--memory-reserve): the node ends {What}. Lower --max-workers", what);
    }
}
