using Steelyard.Contract;
using Steelyard.Events;
using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.Records;
using Steelyard.WorkerHttp;

namespace Steelyard.Workers;

/// <summary>
/// One incarnation of a worker process: started once, dies once, never reused. Code that depends on a worker awaits
/// <see cref="Exited"/>.
/// </summary>
public sealed class Worker
{
    private readonly IMachine machine;
    private readonly TimeProvider time;
    private readonly bool hasBrowser;
    private StopReason? stopReason;
    private int provenPort;
    private string? outOfMemory;
    private long starvedAt; // When the health loop last saw it starved; 0 for never.

    internal Worker(
        IMachine machine, IProcess process, WorkerClient client, WorkerResources resources, bool hasBrowser, TimeProvider time)
    {
        this.machine = machine;
        Client = client;
        Resources = resources;
        Process = process;
        this.hasBrowser = hasBrowser;
        this.time = time;
        Exited = CloseAfterExitAsync();
    }

    /// <summary>Unique among all workers of the run directory, past and present.</summary>
    public string Id => Directory.Id;

    /// <summary>TCP port on the IPv4 loopback address.</summary>
    public int Port => Client.Port;

    public int Pid => Process.Identity.Pid;

    /// <summary>Number of workers that the slot had before this one.</summary>
    public int Restarts { get; init; }

    /// <summary>How the previous worker of the slot ended; null for the first worker.</summary>
    public string? PreviousExit { get; init; }

    public WorkerClient Client { get; }

    /// <summary>
    /// Completes when the kernel has reported the exit, the process is reaped and all connections to it are closed. Never fails.
    /// </summary>
    public Task<ExitStatus> Exited { get; }

    /// <summary>
    /// The node has opened the worker's port and passed the listening socket to it. A request then waits in the kernel until the worker
    /// accepts it, and no other program can answer it.
    /// </summary>
    internal bool InheritsListener { get; init; }

    /// <summary>The worker runs another program or configuration than new workers do. It is replaced when it is free.</summary>
    internal bool IsOutdated { get; init; }

    /// <summary>Set by the pool, under the pool's lock.</summary>
    public WorkerState State { get; internal set; } = WorkerState.Starting;

    /// <summary>Why the node stopped the worker; null if it did not.</summary>
    public StopReason? StopReason => stopReason;

    internal IProcess Process { get; }

    /// <summary>What the worker occupies on the machine. Disposed after its exit.</summary>
    internal WorkerResources Resources { get; }

    internal WorkerDirectory Directory => Resources.Directory;

    /// <summary>Identifies the worker's start to the start gate; -1 if an earlier orchestrator started the worker.</summary>
    internal int Start { get; set; } = -1;

    /// <summary>
    /// Measures how long the worker has waited for a processor since it became silent; null while it answers. Only the health loop sets
    /// it.
    /// </summary>
    internal Func<TimeSpan?>? Starvation { get; set; }

    /// <summary>
    /// How late this node's own health rounds had been in all when the worker was last not overdue; null before the first round. Only the
    /// health loop sets it.
    /// </summary>
    internal TimeSpan? LateBefore { get; set; }

    /// <summary>
    /// How long the worker, or the node that asks it, has waited for a processor since the worker became silent. The health loop updates
    /// it.
    /// </summary>
    internal TimeSpan Waited { get; private set; }

    /// <summary>
    /// The worker is silent because the machine lacks processors: it has waited for one during at least a third of its silence.
    /// </summary>
    internal bool IsStarved { get; private set; }

    /// <summary>
    /// The worker was starved at some moment within this time. A call's time runs on when the worker's silence is forgiven for another
    /// reason, so the state at the end of a call says nothing about the whole call.
    /// </summary>
    internal bool WasStarvedWithin(TimeSpan duration) =>
        Volatile.Read(ref starvedAt) is var at and not 0 && time.GetElapsedTime(at) <= duration;

    /// <summary>Sets <see cref="Waited"/> and <see cref="IsStarved"/>. Only the health loop calls it.</summary>
    internal void HasWaited(TimeSpan duration, TimeSpan silence)
    {
        Waited = duration;
        IsStarved = duration > TimeSpan.Zero && duration >= silence / 3;
        if (IsStarved)
            Volatile.Write(ref starvedAt, time.GetTimestamp());
    }

    /// <summary>The node stopped the worker while it was starved: the silence was not the worker's fault.</summary>
    internal bool WasStarved { get; private set; }

    /// <summary>The limiter's last data about the worker; null until the limiter has checked it.</summary>
    internal LastLook? Seen { get; set; }

    /// <summary>Completes when the worker's last lease has been disposed. Set by the pool, under its lock.</summary>
    internal Task<bool> LeaseReturned { get; set; } = Task.FromResult(true);

    /// <summary>Timestamp of the pool's clock at which the worker became idle.</summary>
    internal long IdleSince { get; set; }

    /// <summary>The worker has created a session. This proves that its program works, however the worker ends.</summary>
    internal bool HasServed { get; set; }

    /// <summary>
    /// The worker has served a session, or stayed ready for the probation. Set by the pool, under the pool's lock.
    /// </summary>
    internal bool IsProved { get => field || HasServed; set; }

    /// <summary>The worker supports the session extras of docs/worker-api.md.</summary>
    public bool HasExtras => hasBrowser;

    /// <summary>
    /// The worker exited because its client closed the browser, which the bundled worker reports with a specific exit code. The session
    /// is over, and this is not an error.
    /// </summary>
    public bool WasClosedByClient { get; private set; }

    /// <summary>
    /// Returns true if one of the worker's processes listens on this port of the loopback address. Reads /proc, but remembers the last
    /// port that it found.
    /// </summary>
    public async ValueTask<bool> HasPortAsync(int port)
    {
        if (port == Port || port == Volatile.Read(ref provenPort))
            return true;
        if (!await machine.IsListeningAsync(Process, port))
            return false;
        Volatile.Write(ref provenPort, port);
        return true;
    }

    /// <summary>What events and the log call it.</summary>
    public WorkerName Name => new(Id, Pid, Port);

    public override string ToString() => Name.ToString();

    /// <summary>A text for people: how the worker ended, and why, as far as it is known.</summary>
    internal string ExitDescription(ExitStatus status) =>
        (outOfMemory ?? ReasonOf(status)?.Text(Seen?.Limits)) is { } why ? $"{status} ({why})" : status.ToString();

    /// <summary>Describes the worker's end for the client whose session it held.</summary>
    internal WorkerLoss LossOf(ExitStatus status)
    {
        if (outOfMemory is not null)
            return new(Workers.StopReason.OverMemory.Cause(), outOfMemory);
        if (ReasonOf(status) is { } reason)
            return WorkerLoss.Of(reason, Seen?.Limits);
        return WorkerLoss.Crashed(
            hasBrowser && status.Code == ExitCode.BrowserLost ? $"{status}: its browser died or hung" : status.ToString());
    }

    // The reason that the exit status shows takes precedence, even if the node stopped the worker for a consequence of it.
    private StopReason? ReasonOf(ExitStatus status) =>
        (hasBrowser && status.Code == ExitCode.WroteTooMuch) || status.Signal == (int)Signal.FileTooLarge
            ? Workers.StopReason.OverDisk
            : stopReason;

    /// <summary>
    /// Ends the worker: SIGTERM to its process group, then SIGKILL after the grace period. Sends SIGKILL at once if the reason is not
    /// graceful.
    /// </summary>
    internal async Task StopAsync(StopReason reason, TimeSpan grace)
    {
        if (stopReason is null)
            (stopReason, WasStarved) = (reason, IsStarved);
        if (reason.IsGraceful() && Process.TrySendToGroup(Signal.Terminate))
        {
            try
            {
                await Exited.WaitAsync(grace, time);
                return;
            }
            catch (TimeoutException)
            {
                // The grace period is over: kill the worker below.
            }
        }

        Process.TrySendToGroup(Signal.Kill);
        await Exited;
    }

    private async Task<ExitStatus> CloseAfterExitAsync()
    {
        var status = await Process.Exited;
        if (status == ExitStatus.Unknown && Directory.ReadExitCode() is { } code)
            status = new(code, null);
        WasClosedByClient = hasBrowser && status.Code == ExitCode.ClosedByClient;
        outOfMemory = OutOfMemory(status);
        Client.Dispose();
        return status;
    }

    // Returns the text for people if the worker ran out of memory, else null. A worker that runs out of memory may first hang or break
    // calls, so those stop reasons do not exclude it.
    private string? OutOfMemory(ExitStatus status)
    {
        if (stopReason is not (null or Workers.StopReason.Untrusted or Workers.StopReason.Hung))
            return null;
        if (Resources.Group?.RanOutOfMemory == true)
            return Workers.StopReason.OverMemory.Text(Seen?.Limits);

        // The kernel does not report which process it killed. It may have been a process of another program, if something else killed this
        // worker within the same two seconds.
        var wasKilled = stopReason is null && (status.Signal == (int)Signal.Kill || (hasBrowser && status.Code == ExitCode.BrowserLost));
        return wasKilled && OomKills.Count() > Seen?.OomKillsBefore
            ? "it ran out of memory: the machine has too little for all workers (--max-workers)"
            : null;
    }
}
