using System.Runtime.InteropServices;

namespace Steelyard.Processes;

/// <summary>
/// A running process held by its pidfd, so that no signal of ours can reach another one that got its pid.
/// One lock: signals against the reaping, because a group may be signalled only while its leader still has the pid.
/// </summary>
public sealed class OsProcess : IProcess
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource<ExitStatus> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool leadsGroup;
    private readonly int pidfd;
    private bool reaped;

    internal OsProcess(ProcessIdentity identity, int pidfd, bool leadsGroup)
    {
        Identity = identity;
        this.pidfd = pidfd;
        this.leadsGroup = leadsGroup;
    }

    public ProcessIdentity Identity { get; }

    public int Pid => Identity.Pid;

    public Task<ExitStatus> Exited => exited.Task;

    /// <summary>Starts a process. Throws <see cref="ProcessStartException"/>.</summary>
    public static OsProcess Start(ProcessSpec spec) => ProcessWatcher.Shared.Start(spec);

    /// <summary>
    /// Takes hold of a process that an earlier program started with a session of its own, or returns null when it is gone. Throws
    /// <see cref="IOException"/> when it cannot be watched.
    /// </summary>
    public static OsProcess? TryAdopt(ProcessIdentity identity) => ProcessWatcher.Shared.TryAdopt(identity);

    /// <summary>Signals this process alone. Does nothing once it has exited.</summary>
    public void Send(Signal signal)
    {
        lock (gate)
        {
            if (!reaped)
                _ = LibC.PidfdSendSignal(pidfd, (int)signal);
        }
    }

    public bool TrySendToGroup(Signal signal)
    {
        lock (gate)
            return reaped || SendToGroupNeedsLock(signal);
    }

    /// <summary>Called by the watcher when the pidfd says that the process has ended. Only the first call counts.</summary>
    internal unsafe void Reap()
    {
        ExitStatus status;
        lock (gate)
        {
            if (reaped)
                return;

            // Still a zombie, so its pid is still the id of its group and of no other.
            if (leadsGroup)
                SendToGroupNeedsLock(Signal.Kill);
            LibC.SignalInfo info;
            var result = LibC.WaitId(LibC.WaitPidDescriptor, pidfd, &info, LibC.WaitExited | LibC.WaitNoHang);
            status = result == 0 && info.Pid != 0 ? ExitStatus.From(info) : ExitStatus.Unknown;
            reaped = true;
            _ = LibC.Close(pidfd);
        }

        exited.SetResult(status);
    }

    private bool SendToGroupNeedsLock(Signal signal) =>
        (leadsGroup ? LibC.Kill(-Pid, (int)signal) : LibC.PidfdSendSignal(pidfd, (int)signal)) == 0 || Marshal.GetLastPInvokeError() == LibC.NoSuchProcess;
}
