using Steelyard.Files;
using Options = Steelyard.Settings.Options;

namespace Steelyard.Doctor;

/// <summary>Whether the folders that a node writes to can be written, and have space.</summary>
internal static class FolderChecks
{
    private const string RunDir = "run-dir";

    // A browser's profile, its caches and some downloads.
    private const long PerWorker = 64L << 20;
    private const long LeastForRecords = 256L << 20;

    public static IEnumerable<Finding> All(Options options)
    {
        yield return Look(
            "run dir", RunDir, options.RunDirectory, Math.Max(4, options.Warm) * PerWorker,
            "Give it more (mount -o remount,size=2G /dev/shm, docker run --shm-size=2g), or choose a --run-dir on a disk.");
        if (options.DataDirectory is { Length: > 0 } data)
            yield return Look(
                "history", "data-dir", data, LeastForRecords, "Free some space, or choose another --data-dir, or --history none.");
    }

    private static Finding Look(string what, string option, string folder, long wanted, string more)
    {
        var isNew = Missing(folder);
        try
        {
            Directory.CreateDirectory(folder);
            if (option == RunDir && FolderOwner.Problem(folder) is { } problem)
                return Finding.Bad(what, $"{folder}: {problem}", $"Delete it, or choose another folder with --{option}.");
            var probe = Path.Combine(folder, $".doctor-{Environment.ProcessId}");
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
            }

            var free = new DriveInfo(folder).AvailableFreeSpace;
            var detail = $"{folder}, {free >> 20} MiB free";
            return free < wanted
                ? Finding.Bad(what, $"{detail}; {wanted >> 20} MiB are needed at least", more)
                : Finding.Good(what, detail);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Finding.Bad(what, e.Message, $"Let this user write there, or choose another folder with --{option}.");
        }
        finally
        {
            foreach (var made in isNew.Where(Directory.Exists))
                Directory.Delete(made);
        }
    }

    // The folders that do not exist, the innermost first.
    private static List<string> Missing(string folder)
    {
        List<string> missing = [];
        for (var at = new DirectoryInfo(folder); at is { Exists: false }; at = at.Parent)
            missing.Add(at.FullName);
        return missing;
    }
}
