using Steelyard.Files;
using Steelyard.Processes;

namespace Steelyard.Workers;

/// <summary>
/// Limits how much workers store in their folders, which are often in memory that belongs to no process. Measuring folders is expensive,
/// and finding open files that have no name is more expensive. The used space of the whole file system is cheap to read and cannot be
/// hidden, so it decides when to measure and when to search. Not thread-safe.
/// </summary>
/// <param name="folder">A folder on the file system that contains the workers' folders.</param>
/// <param name="limit">Limit for one worker, in bytes.</param>
internal sealed class FolderLimit(string folder, long limit)
{
    // A figure may grow by this fraction of one worker's limit before it is looked into.
    private const int SlackParts = 16;

    // One worker can grow while others shrink, so the folders are measured at least once in this many calls, and searched at least once in
    // this many measurements, whatever the used space is.
    private const int MostLooks = 10;
    private const int MostMeasurements = 6;

    private readonly DriveInfo drive = new(folder);
    private readonly Dictionary<Worker, long> nameless = [];
    private readonly GrowthWatch used = new(limit / SlackParts, MostLooks);
    private readonly GrowthWatch unexplained = new(limit / SlackParts, MostMeasurements);

    /// <summary>Returns the workers that exceed the limit, and how many bytes each has.</summary>
    /// <param name="workers">The workers that may have written since the last call.</param>
    /// <param name="look">The processes of these workers.</param>
    public List<(Worker Worker, long Bytes)> Look(IReadOnlyList<Worker> workers, ProcessFamilies look)
    {
        var now = drive.TotalSize - drive.TotalFreeSpace;
        if (!used.IsDue(now))
            return [];
        used.Settle(now);
        return Measure(workers, look, now);
    }

    private List<(Worker Worker, long Bytes)> Measure(IReadOnlyList<Worker> workers, ProcessFamilies look, long now)
    {
        var inFolders = workers.ToDictionary(worker => worker, InFolder);
        foreach (var gone in nameless.Keys.Where(worker => !inFolders.ContainsKey(worker)).ToList())
            nameless.Remove(gone);
        var others = now - inFolders.Values.Sum(bytes => Math.Min(bytes, limit)); // One that cannot be measured has a huge value.
        var search = unexplained.IsDue(others - nameless.Values.Sum());
        List<(Worker, long)> over = [];
        foreach (var (worker, bytes) in inFolders)
        {
            if (search || bytes + nameless.GetValueOrDefault(worker) > limit)
                nameless[worker] = Nameless(worker, look);
            if (bytes + nameless.GetValueOrDefault(worker) > limit)
                over.Add((worker, bytes + nameless[worker]));
        }

        if (search)
            unexplained.Settle(others - nameless.Values.Sum());
        return over;
    }

    // A worker that denies us access to its folder must not prevent the measurement of the others. It counts as over the limit.
    private long InFolder(Worker worker)
    {
        try
        {
            using var own = HeldFolder.TryOpen(worker.Directory.Path);
            return own is null ? 0 : FileTree.Measure(own, limit);
        }
        catch (IOException e)
        {
            return Shortage.IsIn(e) ? 0 : long.MaxValue / 2;
        }
    }

    private static long Nameless(Worker worker, ProcessFamilies look)
    {
        using var own = HeldFolder.TryOpen(worker.Directory.Path);
        return own?.StatusOf(FileName.Itself) is { } status
            ? OpenFiles.NamelessBytes(look.Of[worker.Id].Select(process => process.Pid), status.Identity.Device)
            : 0;
    }
}
