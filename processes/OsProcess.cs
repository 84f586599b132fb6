using System.Runtime.InteropServices;

namespace Steelyard.Processes;

/// <summary>
/// A running process, held by its pidfd, so that a signal never reaches another process that reused the pid.
/// One lock serializes signals and reaping, because a group may be signalled only while its leader still has the pid.
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
    /// Adopts a process that an earlier program started in a separate session. Returns null if the process has ended. Throws
    /// <see cref="IOException"/> if it cannot be watched.
    /// </summary>
    public static OsProcess? TryAdopt(ProcessIdentity identity) => ProcessWatcher.Shared.TryAdopt(identity);

    /// <summary>Sends a signal to this process alone. Does nothing after the process has exited.</summary>
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

    /// <summary>The watcher calls this when the pidfd reports that the process has ended. Only the first call has an effect.</summary>
    internal unsafe void Reap()
    {
        ExitStatus status;
        lock (gate)
        {
            if (reaped)
                return;

            // The process is still a zombie, so its pid still identifies its group and no other.
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
        (leadsGroup ? LibC.Kill(-Pid, (int)signal) : LibC.PidfdSendSignal(pidfd, (int)signal)) == 0
        || Marshal.GetLastPInvokeError() == LibC.NoSuchProcess;
}
