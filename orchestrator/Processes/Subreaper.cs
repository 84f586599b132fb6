using System.Globalization;

namespace Steelyard.Processes;

/// <summary>
/// Makes this program the parent of orphaned descendants (prctl(2), PR_SET_CHILD_SUBREAPER) instead of init: they are reaped, and can be found.
/// </summary>
public static class Subreaper
{
    /// <summary>From now on every unknown child that exits is reaped. Not to be used beside another reaper in the same program.</summary>
    public static void Enable() => ProcessWatcher.Shared.AdoptOrphans();

    /// <summary>Kills and reaps the children of this program that it did not start itself. Returns how many there were: their own children come to us now.</summary>
    public static int KillOrphans()
    {
        var killed = 0;
        foreach (var task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            foreach (var child in ReadChildren(task))
            {
                if (ProcessWatcher.Shared.Knows(child))
                    continue;
                _ = LibC.Kill(child, (int)Signal.Kill);
                killed++;
            }
        }

        ProcessWatcher.Shared.ReapOrphans();
        return killed;
    }

    private static int[] ReadChildren(string task)
    {
        try
        {
            return [.. File.ReadAllText(Path.Combine(task, "children"))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(pid => int.Parse(pid, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return []; // The thread ended between the listing and the read.
        }
    }
}
