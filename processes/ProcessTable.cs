namespace Steelyard.Processes;

/// <summary>A process as one scan of the machine found it.</summary>
/// <param name="Identity">The identity of the process.</param>
/// <param name="Parent">Pid of the parent.</param>
/// <param name="Session">Id of the session.</param>
/// <param name="Mark">See <see cref="ProcessMark"/>.</param>
/// <param name="IsOrphan">The process became a child of this program when its parent ended, and only a descendant of this program can
/// have started it.</param>
public readonly record struct ProcessEntry(ProcessIdentity Identity, int Parent, int Session, long? Mark, bool IsOrphan);

/// <summary>All running processes except this one.</summary>
public static class ProcessTable
{
    /// <summary>
    /// Scans <c>/proc</c> once, which takes about ten microseconds for each process. Skips zombies. Throws <see cref="IOException"/>
    /// when no descriptor is left.
    /// </summary>
    public static List<ProcessEntry> Read()
    {
        var entries = new List<ProcessEntry>();
        foreach (var pid in ProcFile.Pids())
        {
            if (pid == Environment.ProcessId || ProcessStat.Read(pid) is not { State: not ('Z' or 'X') } stat)
                continue;
            var isOrphan = stat.Parent == Environment.ProcessId && Subreaper.HasOwnOrphansOnly && !ProcessWatcher.Shared.Knows(pid);
            entries.Add(new(
                new(pid, stat.StartTime, ProcessIdentity.ThisBoot), stat.Parent, stat.Session, ProcessMark.Read(pid), isOrphan));
        }

        return entries;
    }

    /// <summary>
    /// Kills exactly this process, and never another one that reused its pid. Returns false if the kernel does not permit it, and true
    /// also if the process has already ended.
    /// </summary>
    public static bool TryKill(ProcessIdentity identity)
    {
        var pidfd = LibC.PidfdOpen(identity.Pid);
        if (pidfd < 0)
            return System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == LibC.NoSuchProcess;
        try
        {
            // The descriptor always refers to the same process, so the check is still valid when the signal is sent.
            return !identity.Exists
                || LibC.PidfdSendSignal(pidfd, (int)Signal.Kill) == 0
                || System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == LibC.NoSuchProcess;
        }
        finally
        {
            _ = LibC.Close(pidfd);
        }
    }
}
