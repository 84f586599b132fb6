using System.Globalization;

namespace Steelyard.Processes;

/// <summary>
/// Makes this program the parent of orphaned descendants (prctl(2), PR_SET_CHILD_SUBREAPER) instead of init: they are reaped, and can be
/// found.
/// </summary>
public static class Subreaper
{
    private const int Init = 1;

    /// <summary>
    /// Whoever comes to us as an orphan descends from a process that we started. Not so for an init, which gets everybody's orphans, and
    /// when a program that had children already has become ours.
    /// </summary>
    public static bool HasOwnOrphansOnly { get; private set; }

    /// <summary>
    /// From now on every unknown child that exits is reaped. Not to be used beside another reaper in the same program, nor after the first
    /// start.
    /// </summary>
    public static void Enable()
    {
        HasOwnOrphansOnly = Environment.ProcessId != Init && !ProcFile.Pids().Any(pid => ProcessStat.Read(pid)?.Parent == Environment.ProcessId);
        ProcessWatcher.Shared.AdoptOrphans();
    }

    /// <summary>
    /// Kills and reaps the children of this program that it did not start itself. Returns how many there were: their own children come to
    /// us now.
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
