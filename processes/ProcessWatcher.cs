using System.Runtime.InteropServices;

namespace Steelyard.Processes;

/// <summary>
/// One thread that waits for the exit of all watched processes, with an epoll set of pidfds. The kernel reports an exit within a
/// millisecond. There is one watcher per program, because children belong to the program and the code that reaps them must know all.
/// </summary>
internal sealed unsafe class ProcessWatcher
{
    private const int EventsPerWait = 64;
    private const int OrphanSweepMilliseconds = 500;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    // Held during spawn and registration: a child that exits immediately must not be reaped as an unknown orphan.
    private readonly Lock gate = new();
    private readonly Dictionary<int, OsProcess> watched = [];
    private readonly int epoll;
    private volatile bool adoptsOrphans;

    private ProcessWatcher()
    {
        epoll = LibC.EpollCreate(LibC.CloseOnExec);
        if (epoll < 0)
            throw new InvalidOperationException($"Cannot watch processes: {Marshal.GetLastPInvokeErrorMessage()}");
        new Thread(Watch) { IsBackground = true, Name = "process watcher" }.Start();
    }

    public static ProcessWatcher Shared { get; } = new();

    public OsProcess Start(ProcessSpec spec)
    {
        lock (gate)
        {
            var pid = Spawn.Start(spec);
            try
            {
                if (ProcessIdentity.Of(pid) is { } identity && WatchNeedsLock(identity, spec.NewSession) is { } process)
                    return process;
            }
            catch (IOException)
            {
                // No descriptor is left; the exception below says so.
            }

            End(pid, spec.NewSession);
            throw new ProcessStartException(
                spec.Path, "it cannot be watched, because no file descriptor is left: raise the limit of open files (ulimit -n)")
            {
                IsShortage = true,
            };
        }
    }

    public OsProcess? TryAdopt(ProcessIdentity identity)
    {
        lock (gate)
        {
            if (watched.TryGetValue(identity.Pid, out var known) && known.Identity == identity)
                return known;
            return identity.Exists ? WatchNeedsLock(identity, ProcessStat.Read(identity.Pid)?.Group == identity.Pid) : null;
        }
    }

    public void AdoptOrphans()
    {
        if (LibC.ProcessControl(LibC.SetChildSubreaper, 1, 0, 0, 0) != 0)
            throw new InvalidOperationException($"Cannot become a subreaper: {Marshal.GetLastPInvokeErrorMessage()}");
        adoptsOrphans = true;
    }

    public bool Knows(int pid)
    {
        lock (gate)
            return watched.ContainsKey(pid);
    }

    /// <summary>
    /// Reaps the helpers of dead workers, which have become children of this program. They are not in the epoll set and would stay
    /// zombies.
    /// </summary>
    public void ReapOrphans()
    {
        while (true)
        {
            OsProcess? process;
            lock (gate)
            {
                LibC.SignalInfo info = default;
                var result = LibC.WaitId(LibC.WaitAll, 0, &info, LibC.WaitExited | LibC.WaitNoHang | LibC.WaitLeaveZombie);
                if (result != 0 || info.Pid == 0)
                    return;
                if (!watched.Remove(info.Pid, out process))
                    _ = LibC.WaitId(LibC.WaitPid, info.Pid, &info, LibC.WaitExited | LibC.WaitNoHang);
            }

            process?.Reap();
        }
    }

    // Returns null if the process has ended. Throws IOException if this program lacks a resource, which says nothing about the process.
    private OsProcess? WatchNeedsLock(ProcessIdentity identity, bool leadsGroup)
    {
        var pidfd = LibC.PidfdOpen(identity.Pid);
        if (pidfd < 0)
            return Marshal.GetLastPInvokeError() == LibC.NoSuchProcess ? null : throw CannotWatch(identity.Pid);
        try
        {
            return WatchNeedsLock(identity, pidfd, leadsGroup);
        }
        catch
        {
            _ = LibC.Close(pidfd);
            throw;
        }
    }

    private OsProcess? WatchNeedsLock(ProcessIdentity identity, int pidfd, bool leadsGroup)
    {
        // Another process may have got the pid after the identity was read and before the descriptor was opened.
        if (!identity.Exists)
        {
            _ = LibC.Close(pidfd);
            return null;
        }

        var epollEvent = stackalloc byte[16];
        *(uint*)epollEvent = LibC.EpollIn;
        *(int*)(epollEvent + EventSize - 8) = identity.Pid;
        if (LibC.EpollControl(epoll, LibC.EpollAdd, pidfd, epollEvent) != 0)
            throw CannotWatch(identity.Pid);
        return watched[identity.Pid] = new(identity, pidfd, leadsGroup);
    }

    private static IOException CannotWatch(int pid) =>
        new($"Cannot watch pid {pid}: {Marshal.GetLastPInvokeErrorMessage()} (see ulimit -n)");

    // Ends a child of this program that nothing watches. It has not been reaped, so the pid still belongs to it.
    private static void End(int pid, bool leadsGroup)
    {
        LibC.SignalInfo info = default;
        _ = LibC.Kill(leadsGroup ? -pid : pid, (int)Signal.Kill);
        _ = LibC.WaitId(LibC.WaitPid, pid, &info, LibC.WaitExited);
    }

    private void Watch()
    {
        var events = stackalloc byte[EventsPerWait * 16];
        while (true)
        {
            var count = LibC.EpollWait(epoll, events, EventsPerWait, OrphanSweepMilliseconds);
            for (var i = 0; i < count; i++)
                Reap(*(int*)(events + (i * EventSize) + EventSize - 8));
            if (adoptsOrphans)
                ReapOrphans();
        }
    }

    private void Reap(int pid)
    {
        OsProcess? process;
        lock (gate)
            watched.Remove(pid, out process);
        process?.Reap();
    }
}
