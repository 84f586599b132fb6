using Steelyard.Files;
using Steelyard.Processes;

namespace Steelyard.Workers;

/// <summary>
/// How much workers keep in their folders, which often is memory that no process owns. What is in a folder is counted at every look. Files that are open
/// and in no folder are dear to find: they are looked for when the file system has lost more room than the folders show, which no worker can hide.
/// Not thread-safe.
/// </summary>
/// <param name="folder">On the file system where all of them are.</param>
/// <param name="limit">Of one worker, in bytes.</param>
internal sealed class FolderLimit(string folder, long limit)
{
    // So much may be lost unseen before we search: a part of what one worker may have.
    private const int SlackParts = 16;

    private readonly DriveInfo drive = new(folder);
    private readonly Dictionary<Worker, long> nameless = [];
    private long unseen = long.MinValue / 2;

    /// <summary>Those that have more than the limit, and how many bytes.</summary>
    /// <param name="workers">Those that may have written since the last call.</param>
    /// <param name="usage">Their processes.</param>
    public List<(Worker Worker, long Bytes)> Look(IReadOnlyList<Worker> workers, Dictionary<int, GroupUsage> usage)
    {
        var inFolders = workers.ToDictionary(worker => worker, Measure);
        foreach (var gone in nameless.Keys.Where(worker => !inFolders.ContainsKey(worker)).ToList())
            nameless.Remove(gone);
        var search = HasLostMore(inFolders.Values.Sum());
        List<(Worker, long)> over = [];
        foreach (var (worker, bytes) in inFolders)
        {
            if (search || bytes + nameless.GetValueOrDefault(worker) > limit)
                nameless[worker] = Nameless(worker, usage);
            if (bytes + nameless.GetValueOrDefault(worker) > limit)
                over.Add((worker, bytes + nameless.GetValueOrDefault(worker)));
        }

        return over;
    }

    private bool HasLostMore(long shown)
    {
        var now = drive.TotalSize - drive.TotalFreeSpace - shown;
        var more = now - unseen > limit / SlackParts;
        unseen = more ? now : Math.Min(unseen, now);
        return more;
    }

    private long Measure(Worker worker)
    {
        using var own = HeldFolder.TryOpen(worker.Directory.Path);
        return own is null ? 0 : FileTree.Measure(own, limit);
    }

    private static long Nameless(Worker worker, Dictionary<int, GroupUsage> usage)
    {
        using var own = HeldFolder.TryOpen(worker.Directory.Path);
        return own?.StatusOf(FileName.Itself) is { } status && usage.TryGetValue(worker.Pid, out var used) && used.Pids is { } pids
            ? OpenFiles.NamelessBytes(pids, status.Identity.Device)
            : 0;
    }
}
