using Steelyard.Async;
using Steelyard.Processes;
using Steelyard.Settings;

namespace Steelyard.Workers;

/// <summary>
/// Enforces the limits of workers. The kernel enforces the limits for descriptors, core dumps and file sizes, and for memory where control
/// groups are available. For the rest, one loop checks the workers that are not idle every second, and the idle ones every five seconds,
/// and stops those that exceed a limit.
/// </summary>
internal sealed class WorkerLimiter
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // An idle worker runs only a blank page, so what it uses does not grow.
    private const int LooksPerIdleLook = 5;

    // The kernel counts threads. That limit only stops a flood of threads; the loop counts the processes.
    private const int ThreadsPerProcess = 64;

    private readonly ControlGroups? groups;
    private readonly WorkerProcesses processes;
    private readonly FolderLimit? folders;
    private readonly TimeProvider time;
    private readonly ILogger<WorkerLimiter> logger;
    private long? oomKills = OomKills.Count();
    private int looks;

    public WorkerLimiter(
        WorkerCommand command, WorkerProcesses processes, Options options, TimeProvider time, ILogger<WorkerLimiter> logger)
    {
        Limits = WorkerLimits.For(command.Kind, options);
        this.processes = processes;
        folders = Limits.DiskBytes is { } most ? new(options.RunDirectory, most) : null;
        this.time = time;
        this.logger = logger;
        (groups, var why) = ControlGroups.Take();
        if (groups is not null)
            logger.LogInformation("Control groups enforce the limits of workers");
        else
            logger.LogInformation("The limits of workers are checked every second, because control groups cannot be used: {Reason}", why);
    }

    public WorkerLimits Limits { get; }

    private int? Threads => Limits.Processes * ThreadsPerProcess;

    /// <summary>
    /// Sets the limits of a worker that has just been spawned. Returns its control group, or null if the loop must check its memory.
    /// </summary>
    public ControlGroup? Hold(string workerId, int pid)
    {
        if (!ProcessLimits.TryApply(pid, Limits.Files, Limits.DiskBytes))
            logger.LogWarning("The kernel did not accept the limits for pid {Pid}", pid);
        try
        {
            return groups?.Create(workerId, pid, Limits.MemoryBytes, Threads);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("Cannot create a control group for pid {Pid}: {Reason}", pid, e.Message);
            return null;
        }
    }

    /// <summary>
    /// Returns the control group that an earlier orchestrator created for a worker, with our limits, or null if there is none.
    /// </summary>
    public ControlGroup? Find(string workerId)
    {
        if (groups?.Find(workerId) is not { } group)
            return null;
        try
        {
            group.Limit(Limits.MemoryBytes, Threads);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("Cannot set the limits of the control group of {Worker}: {Reason}", workerId, e.Message);
        }

        return group;
    }

    /// <summary>Runs the loop until it is cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    /// <param name="list">Returns the live workers.</param>
    /// <param name="stop">Stops a worker.</param>
    /// <param name="cancellationToken">Ends the loop.</param>
    public Task RunAsync(Func<List<Worker>> list, Action<Worker, StopReason> stop, CancellationToken cancellationToken) =>
        Periodic.RunAsync(Period, () => LookAsync(list(), stop), time, logger, cancellationToken);

    private async Task LookAsync(List<Worker> workers, Action<Worker, StopReason> stop)
    {
        if (workers.Count == 0)
            return;
        var seen = new LastLook(Limits, oomKills);
        foreach (var worker in workers)
            worker.Seen = seen;
        oomKills = OomKills.Count();
        if (Limits.MemoryBytes is null && Limits.Processes is null && folders is null)
            return;
        var due = looks++ % LooksPerIdleLook == 0 ? workers : workers.FindAll(worker => worker.State != WorkerState.Ready);
        if (due.Count == 0 || await TryLookAsync() is not { } look)
            return;
        foreach (var worker in due)
        {
            if (Exceeds(worker, [.. look.Of[worker.Id].Select(process => process.Pid)]) is { } reason)
                stop(worker, reason);
        }

        // Idle workers are skipped: their folders do not change after their browsers have been warmed.
        foreach (var (worker, bytes) in folders?.Look(workers.FindAll(worker => worker.State != WorkerState.Ready), look) ?? [])
        {
            logger.LogWarning("{Worker} has {Bytes} bytes in its folder, but its limit is {Limit}", worker, bytes, Limits.DiskBytes);
            stop(worker, StopReason.OverDisk);
        }
    }

    // Returns null if no descriptor is left to read /proc.
    private async Task<ProcessFamilies?> TryLookAsync()
    {
        try
        {
            return await processes.LookAsync();
        }
        catch (IOException e)
        {
            logger.LogWarning("Cannot check the limits of workers now: {Reason}", e.Message);
            return null;
        }
    }

    private StopReason? Exceeds(Worker worker, List<int> pids)
    {
        if (pids.Count > Limits.Processes)
        {
            logger.LogWarning("{Worker} has {Count} processes, but its limit is {Limit}", worker, pids.Count, Limits.Processes);
            return StopReason.OverProcesses;
        }

        // Measures exactly only if needed: resident memory is an upper bound.
        if (worker.Resources.Group is not null || Limits.MemoryBytes is not { } most)
            return null;
        var used = ProcessMemory.Of(pids);
        if (used.ResidentBytes <= most)
            return null;
        var bytes = used.OwnBytes > most ? used.OwnBytes : ProcessMemory.ProportionalOf(pids);
        if (bytes <= most)
            return null;
        logger.LogWarning("{Worker} uses {Bytes} bytes of memory, but its limit is {Limit}", worker, bytes, most);
        return StopReason.OverMemory;
    }
}
