using System.Globalization;

namespace Steelyard.Processes;

/// <summary>
/// Makes this program, instead of init, the parent of orphaned descendants (prctl(2), PR_SET_CHILD_SUBREAPER), so that it can find and
/// reap them.
/// </summary>
public static class Subreaper
{
    private const int Init = 1;

    /// <summary>
    /// True if every orphan that becomes our child descends from a process that this program started. This is false if this program is
    /// init, which gets the orphans of all programs, and if the process already had children before it executed this program.
    /// </summary>
    public static bool HasOwnOrphansOnly { get; private set; }

    /// <summary>
    /// Reaps every unknown child that exits from now on. Call it before the first process is started, and do not combine it with another
    /// reaper in the same program.
    /// </summary>
    public static void Enable()
    {
        HasOwnOrphansOnly = Environment.ProcessId != Init
            && !ProcFile.Pids().Any(pid => ProcessStat.Read(pid)?.Parent == Environment.ProcessId);
        ProcessWatcher.Shared.AdoptOrphans();
    }

    /// <summary>
    /// Kills and reaps the children of this program that it did not start itself. Returns how many there were. Their own children become
    /// ours then, so call it again until it returns 0.
    /// </summary>
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
