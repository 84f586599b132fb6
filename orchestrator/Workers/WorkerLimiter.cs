using Steelyard.Async;
using Steelyard.Processes;
using Steelyard.Settings;

namespace Steelyard.Workers;

/// <summary>
/// Holds workers to their limits. Descriptors, core dumps and the size of a file are the kernel's business. So is memory, where control
/// groups can be had; for the rest one loop looks at all workers every second, and stops those that use too much.
/// </summary>
internal sealed class WorkerLimiter
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // What the kernel counts are threads. That is for a flood of them; how many processes there are we see ourselves.
    private const int ThreadsPerProcess = 64;

    private readonly ControlGroups? groups;
    private readonly WorkerProcesses processes;
    private readonly FolderLimit? folders;
    private readonly TimeProvider time;
    private readonly ILogger<WorkerLimiter> logger;
    private long? oomKills = OomKills.Count();

    public WorkerLimiter(WorkerCommand command, WorkerProcesses processes, Options options, TimeProvider time, ILogger<WorkerLimiter> logger)
    {
        Limits = WorkerLimits.For(command.Kind, options);
        this.processes = processes;
        folders = Limits.DiskBytes is { } most ? new(options.RunDirectory, most) : null;
        this.time = time;
        this.logger = logger;
        (groups, var why) = ControlGroups.Take();
        if (groups is not null)
            logger.LogInformation("The kernel holds workers to their limits, by control groups");
        else
            logger.LogInformation("Workers are looked at every second for their limits, since control groups cannot be used: {Reason}", why);
    }

    public WorkerLimits Limits { get; }

    /// <summary>A worker has just been spawned. Returns its control group, or null when it is to be looked at.</summary>
    public ControlGroup? Hold(string workerId, int pid)
    {
        if (!ProcessLimits.TryApply(pid, Limits.Files, Limits.DiskBytes))
            logger.LogWarning("The kernel takes no limits for pid {Pid}", pid);
        try
        {
            return groups?.Create(workerId, pid, Limits.MemoryBytes, Limits.Processes * ThreadsPerProcess);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("No control group for pid {Pid}: {Reason}", pid, e.Message);
            return null;
        }
    }

    /// <summary>The control group that an earlier orchestrator has made for a worker; null when there is none.</summary>
    public ControlGroup? Find(string workerId) => groups?.Find(workerId);

    /// <summary>Runs until cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    /// <param name="list">The workers that live.</param>
    /// <param name="stop">Stops one.</param>
    /// <param name="cancellationToken">Ends it.</param>
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
        if (await TryLookAsync() is not { } look)
            return;
        foreach (var worker in workers)
        {
            if (Exceeds(worker, [.. look.Of[worker.Id].Select(process => process.Pid)]) is { } reason)
                stop(worker, reason);
        }

        // An idle worker's folder is as it was when its browser was warmed.
        foreach (var (worker, bytes) in folders?.Look(workers.FindAll(worker => worker.State != WorkerState.Ready), look) ?? [])
        {
            logger.LogWarning("{Worker} keeps {Bytes} bytes in its folder, and may keep {Limit}", worker, bytes, Limits.DiskBytes);
            stop(worker, StopReason.OverDisk);
        }
    }

    // Null when no descriptor is left to look with.
    private async Task<ProcessFamilies?> TryLookAsync()
    {
        try
        {
            return await processes.LookAsync();
        }
        catch (IOException e)
        {
            logger.LogWarning("Workers are not held to their limits just now: {Reason}", e.Message);
            return null;
        }
    }

    private StopReason? Exceeds(Worker worker, List<int> pids)
    {
        if (pids.Count > Limits.Processes)
        {
            logger.LogWarning("{Worker} has {Count} processes, and may have {Limit}", worker, pids.Count, Limits.Processes);
            return StopReason.OverProcesses;
        }

        // Exact only where it may matter: what is resident is never less.
        if (worker.Group is not null || Limits.MemoryBytes is not { } most)
            return null;
        var used = ProcessMemory.Of(pids);
        if (used.ResidentBytes <= most)
            return null;
        var bytes = used.OwnBytes > most ? used.OwnBytes : ProcessMemory.ProportionalOf(pids);
        if (bytes <= most)
            return null;
        logger.LogWarning("{Worker} uses {Bytes} bytes of memory, and may use {Limit}", worker, bytes, most);
        return StopReason.OverMemory;
    }
}
