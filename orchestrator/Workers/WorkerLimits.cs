using Steelyard.Settings;

namespace Steelyard.Workers;

/// <summary>The limits of one worker together with all processes that it starts. Null means no limit.</summary>
/// <param name="MemoryBytes">Memory in bytes.</param>
/// <param name="Processes">Number of processes at the same time.</param>
/// <param name="Files">Number of descriptors of each process.</param>
/// <param name="DiskBytes">Size of the worker's folder, and of each file that it writes, in bytes.</param>
public sealed record WorkerLimits(long? MemoryBytes, int? Processes, int? Files, long? DiskBytes)
{
    private const long MiB = 1 << 20;
    private const long MostUploads = 1024 * MiB;

    /// <summary>
    /// Returns the limits that the options set. The defaults depend on the kind of worker; a foreign program has no default limits. Files
    /// may be in memory, so if the options set a memory limit but no disk limit, the disk limit is not greater than the memory limit.
    /// </summary>
    public static WorkerLimits For(WorkerKind kind, Options options)
    {
        var usual = kind switch
        {
            WorkerKind.Chromium => new WorkerLimits(2048 * MiB, 200, 4096, 2048 * MiB),
            WorkerKind.Simulated => new(256 * MiB, 4, 1024, 64 * MiB),
            _ => new(null, null, null, null),
        };
        var memory = Choose(options.WorkerMemoryBytes, usual.MemoryBytes);
        var usualDisk = options.WorkerMemoryBytes is null or Options.NoLimit
            ? usual.DiskBytes
            : Math.Min(usual.DiskBytes ?? long.MaxValue, memory ?? long.MaxValue);
        return new(
            memory,
            (int?)Choose(options.WorkerProcesses, usual.Processes),
            (int?)Choose(options.WorkerFiles, usual.Files),
            Choose(options.WorkerDiskBytes, usualDisk));
    }

    /// <summary>
    /// Total size in bytes of the files that clients may upload to a session, so that its browser has space left. Null leaves the limit to
    /// the worker.
    /// </summary>
    public long? MaxUploads => DiskBytes / 2 is { } half && half < MostUploads ? half : null;

    private static long? Choose(long? asked, long? usual) => asked is null ? usual : asked == Options.NoLimit ? null : asked;
}

/// <summary>What the limiter knew about a worker at its last check.</summary>
/// <param name="Limits">The worker's limits.</param>
/// <param name="OomKillsBefore">
/// <see cref="Processes.OomKills"/> at the check before the last one, because a killed process may take a second to die.
/// </param>
internal sealed record LastLook(WorkerLimits Limits, long? OomKillsBefore);
