using Steelyard.Machine;
using Steelyard.Contract;
using Steelyard.Processes;
using Steelyard.Records;
using Steelyard.WorkerHttp;

namespace Steelyard.Workers;

/// <summary>
/// One incarnation of a worker process: started once, dies once, never reused. Whoever depends on it awaits <see cref="Exited"/>.
/// </summary>
public sealed class Worker
{
    private readonly IMachine machine;
    private readonly TimeProvider time;
    private readonly bool hasBrowser;
    private StopReason? stopReason;
    private int provenPort;
    private string? outOfMemory;

    internal Worker(IMachine machine, IProcess process, WorkerClient client, WorkerDirectory directory, int restarts, string? previousExit, bool hasBrowser, TimeProvider time)
    {
        this.machine = machine;
        Client = client;
        Directory = directory;
        Restarts = restarts;
        PreviousExit = previousExit;
        Process = process;
        this.hasBrowser = hasBrowser;
        this.time = time;
        Exited = CloseAfterExitAsync();
    }

    /// <summary>Unique among all that its run directory has seen.</summary>
    public string Id => Directory.Id;

    /// <summary>TCP port on the IPv4 loopback address.</summary>
    public int Port => Client.Port;

    public int Pid => Process.Identity.Pid;

    /// <summary>How many workers its slot has had before it.</summary>
    public int Restarts { get; }

    /// <summary>How the worker before it in its slot ended; null for the first.</summary>
    public string? PreviousExit { get; }

    public WorkerClient Client { get; }

    /// <summary>The kernel says it has ended and is reaped; its connections are closed. Never fails.</summary>
    public Task<ExitStatus> Exited { get; }

    /// <summary>Its program is not the one that workers run now: it is replaced once it is free.</summary>
    internal bool IsOutdated { get; init; }

    /// <summary>Set by the pool, under the pool's lock.</summary>
    public WorkerState State { get; internal set; } = WorkerState.Starting;

    /// <summary>Why we stopped it; null when we did not.</summary>
    public StopReason? StopReason => stopReason;

    internal IProcess Process { get; }

    internal WorkerDirectory Directory { get; }

    /// <summary>In which the kernel holds it to its limits; null when we do.</summary>
    internal ControlGroup? Group { get; init; }

    /// <summary>Names its start to the start gate; -1 when an earlier orchestrator has started it.</summary>
    internal int Start { get; set; } = -1;

    /// <summary>
    /// Measures how long it waits for a processor since it became silent; null while it answers. The health loop alone sets it.
    /// </summary>
    internal Func<TimeSpan>? Starvation { get; set; }

    /// <summary>
    /// How long it, or we who ask it, have waited for a processor since it became silent, as the health loop has last seen it.
    /// </summary>
    internal TimeSpan Waited { get; set; }

    /// <summary>It is silent because the machine lacks processors: it has waited for one in a good part of its silence.</summary>
    internal bool IsStarved => Waited > TimeSpan.Zero && Waited >= Client.SinceLastAnswer / 3;

    /// <summary>We have stopped it while it was starved: its silence was not its fault.</summary>
    internal bool WasStarved { get; private set; }

    /// <summary>What its limiter knows; null until that has looked at it.</summary>
    internal LastLook? Seen { get; set; }

    /// <summary>Since when it is idle, as a timestamp of the pool's clock.</summary>
    internal long IdleSince { get; set; }

    /// <summary>It has created a session: its program works, however this one ends.</summary>
    internal bool HasServed { get; set; }

    /// <summary>It has served, or stayed ready for the probation. Set by the pool, under the pool's lock.</summary>
    internal bool IsProved { get => field || HasServed; set; }

    /// <summary>It serves the session extras of docs/worker-api.md.</summary>
    public bool HasExtras => hasBrowser;

    /// <summary>
    /// The bundled worker ends with this status when its client has closed the browser: the session is over, and nothing is wrong.
    /// </summary>
    public bool WasClosedByClient { get; private set; }

    /// <summary>
    /// Whether one of its processes listens on this port of the loopback address. Looks into /proc, but once only for each port that it
    /// proves to have.
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

    public override string ToString() => $"worker {Id} (pid {Pid}, port {Port})";

    /// <summary>How it ended, and why as far as we know, for people.</summary>
    internal string ExitDescription(ExitStatus status) => (outOfMemory ?? ReasonOf(status)?.Text(Seen?.Limits)) is { } why ? $"{status} ({why})" : status.ToString();

    /// <summary>The same for the client whose session it held.</summary>
    internal WorkerLoss LossOf(ExitStatus status)
    {
        if (outOfMemory is not null)
            return new(Workers.StopReason.OverMemory.Cause(), outOfMemory);
        if (ReasonOf(status) is { } reason)
            return WorkerLoss.Of(reason, Seen?.Limits);
        return WorkerLoss.Crashed(hasBrowser && status.Code == ExitCode.BrowserLost ? $"{status}: its browser died or hung" : status.ToString());
    }

    // What it says itself is why, even if we have stopped it for what came of that.
    private StopReason? ReasonOf(ExitStatus status) => (hasBrowser && status.Code == ExitCode.WroteTooMuch) || status.Signal == (int)Signal.FileTooLarge ? Workers.StopReason.OverDisk : stopReason;

    /// <summary>
    /// Ends it: SIGTERM to its process group, then SIGKILL after the grace; at once for a reason that shows it cannot be asked.
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
                // It has had its chance.
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

    // Null when it did not. While it dies of that, it may well hang or break its calls first.
    private string? OutOfMemory(ExitStatus status)
    {
        if (stopReason is not (null or Workers.StopReason.Untrusted or Workers.StopReason.Hung))
            return null;
        if (Group?.RanOutOfMemory == true)
            return Workers.StopReason.OverMemory.Text(Seen?.Limits);

        // Nobody tells whom the kernel has killed: it may have been a process of another program, if something else killed this one within
        // the same two seconds.
        var wasKilled = stopReason is null && (status.Signal == (int)Signal.Kill || (hasBrowser && status.Code == ExitCode.BrowserLost));
        return wasKilled && OomKills.Count() > Seen?.OomKillsBefore ? "it ran out of memory: the machine has too little for all workers (--max-workers)" : null;
    }
}
