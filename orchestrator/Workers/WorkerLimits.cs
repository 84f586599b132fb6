using Steelyard.Settings;

namespace Steelyard.Workers;

/// <summary>What one worker may use, with all the processes it starts. Null is any number.</summary>
/// <param name="MemoryBytes">Of memory.</param>
/// <param name="Processes">At the same time.</param>
/// <param name="Files">Descriptors of each process.</param>
/// <param name="DiskBytes">Of its folder, and of each file that it writes.</param>
public sealed record WorkerLimits(long? MemoryBytes, int? Processes, int? Files, long? DiskBytes)
{
    private const long MiB = 1 << 20;
    private const long MostUploads = 1024 * MiB;

    /// <summary>
    /// What the options say; what they leave open depends on the kind. Of a program that is not ours we know nothing. What is written may be
    /// memory, too: where only the memory is said, no more than that may be written.
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
        var usualDisk = options.WorkerMemoryBytes is null or Options.NoLimit ? usual.DiskBytes : Math.Min(usual.DiskBytes ?? long.MaxValue, memory ?? long.MaxValue);
        return new(
            memory,
            (int?)Choose(options.WorkerProcesses, usual.Processes),
            (int?)Choose(options.WorkerFiles, usual.Files),
            Choose(options.WorkerDiskBytes, usualDisk));
    }

    /// <summary>
    /// What all files that clients upload to a session may have, in bytes, so that its browser has room left; null is as the worker likes.
    /// </summary>
    public long? MaxUploads => DiskBytes / 2 is { } half && half < MostUploads ? half : null;

    private static long? Choose(long? asked, long? usual) => asked is null ? usual : asked == Options.NoLimit ? null : asked;
}

/// <summary>What was known of a worker's limits when it was last looked at.</summary>
/// <param name="Limits">What it may use.</param>
/// <param name="OomKillsBefore"><see cref="Processes.OomKills"/> at the look before: one who is killed may take a second to die.</param>
internal sealed record LastLook(WorkerLimits Limits, long? OomKillsBefore);
