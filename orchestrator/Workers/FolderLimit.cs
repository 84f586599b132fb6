using Steelyard.Files;
using Steelyard.Processes;

namespace Steelyard.Workers;

/// <summary>
/// How much workers keep in their folders, which often is memory that no process owns. Folders are dear to measure, and files that are
/// open and in no folder are dearer to find. What the file system has lost in all costs nothing to ask, and nobody can hide: it tells when
/// to measure, and when to search. Not thread-safe.
/// </summary>
/// <param name="folder">On the file system where all of them are.</param>
/// <param name="limit">Of one worker, in bytes.</param>
internal sealed class FolderLimit(string folder, long limit)
{
    // So much may be lost without a closer look: a part of what one worker may have.
    private const int SlackParts = 16;

    // One could grow while others shrink: folders are measured once in so many looks, whatever is lost.
    private const int MostLooks = 10;

    private readonly DriveInfo drive = new(folder);
    private readonly Dictionary<Worker, long> nameless = [];
    private long lost = long.MinValue / 2;
    private long unseen = long.MinValue / 2;
    private int looks;

    /// <summary>Those that have more than the limit, and how many bytes.</summary>
    /// <param name="workers">Those that may have written since the last call.</param>
    /// <param name="look">Their processes.</param>
    public List<(Worker Worker, long Bytes)> Look(IReadOnlyList<Worker> workers, ProcessFamilies look)
    {
        var now = drive.TotalSize - drive.TotalFreeSpace;
        if (!HasGrown(ref lost, now) && ++looks < MostLooks)
            return [];
        (lost, looks) = (now, 0);
        return Measure(workers, look, now);
    }

    private List<(Worker Worker, long Bytes)> Measure(IReadOnlyList<Worker> workers, ProcessFamilies look, long now)
    {
        var inFolders = workers.ToDictionary(worker => worker, InFolder);
        foreach (var gone in nameless.Keys.Where(worker => !inFolders.ContainsKey(worker)).ToList())
            nameless.Remove(gone);
        var search = HasGrown(ref unseen, now - inFolders.Values.Sum());
        List<(Worker, long)> over = [];
        foreach (var (worker, bytes) in inFolders)
        {
            if (search || bytes + nameless.GetValueOrDefault(worker) > limit)
                nameless[worker] = Nameless(worker, look);
            if (bytes + nameless.GetValueOrDefault(worker) > limit)
                over.Add((worker, bytes + nameless[worker]));
        }

        return over;
    }

    // By more than the slack since it was lowest.
    private bool HasGrown(ref long lowest, long now)
    {
        var grown = now - lowest > limit / SlackParts;
        lowest = grown ? now : Math.Min(lowest, now);
        return grown;
    }

    // One that closes its folder to us shall not keep the others from being measured, and has something to hide.
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
        return own?.StatusOf(FileName.Itself) is { } status ? OpenFiles.NamelessBytes(look.Of[worker.Id].Select(process => process.Pid), status.Identity.Device) : 0;
    }
}
