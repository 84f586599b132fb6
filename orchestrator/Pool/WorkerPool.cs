using Steelyard.Processes;
using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Pool;

/// <summary>
/// The slots of this node, their idle workers, and the creates that wait: idle worker, else one more slot under the ceiling, else wait in
/// line. One lock guards all of it and the state of every worker; nothing is awaited or sent under it.
/// </summary>
public sealed partial class WorkerPool
{
    private static readonly TimeSpan TimerStep = TimeSpan.FromMilliseconds(1); // A timer drops what is less.

    private readonly Lock gate = new();
    private readonly List<Slot> slots = [];
    private readonly IdleWorkers idle;
    private readonly WorkerCensus census = new();
    private readonly LeaseQueue queue;
    private readonly StartGate startGate = new();
    private readonly Options options;
    private readonly TimeProvider time;
    private readonly ILogger<WorkerPool> logger;
    private readonly WorkerSupervisor supervisor;
    private readonly Random random;
    private readonly CancellationTokenSource closing = new();
    private CancellationTokenSource startsDelayed = new(); // Cancelled when starts need not wait any longer.
    private bool closed;

    internal WorkerPool(WorkerStarter starter, Options options, TimeProvider time, ILogger<WorkerPool> logger, Random? random = null)
    {
        this.random = random ?? Random.Shared;
        this.options = options;
        this.time = time;
        this.logger = logger;
        idle = new(time);
        queue = new(gate, time);
        supervisor = new(this, starter, time, logger);
    }

    internal CancellationToken Closing => closing.Token;

    /// <summary>Starts the warm workers. Does not wait for them.</summary>
    public void Start()
    {
        lock (gate)
            GrowNeedsLock();
    }

    /// <summary>
    /// Leases an idle worker, or waits for one in line. Throws <see cref="PoolUnavailableException"/> when the queue is full, the wait is
    /// over, workers do not start or the node shuts down, and <see cref="OperationCanceledException"/> when the caller is gone, whose
    /// place is then given up.
    /// </summary>
    /// <param name="standing">Decides its place in line.</param>
    /// <param name="within">How long it may wait.</param>
    /// <param name="cancellationToken">The caller is gone.</param>
    public async ValueTask<WorkerLease> LeaseAsync(Standing standing, TimeSpan within, CancellationToken cancellationToken)
    {
        LeaseQueue.Place place;
        lock (gate)
        {
            if (closed)
                throw PoolUnavailableException.ShuttingDown();
            if (queue.CountNeedsLock == 0 && idle.Take() is { } worker)
            {
                census.Move(worker, WorkerState.Leased);
                GrowNeedsLock();
                return new(this, worker);
            }

            if (standing != Standing.Restored && IsHopelessNeedsLock())
                throw StartsFailNeedsLock();
            place = queue.AddNeedsLock(standing, options.QueueLimit);
            GrowNeedsLock();
        }

        return await queue.WaitAsync(place, within, WaitOver, cancellationToken);
    }

    /// <summary>Stops a worker; its slot then starts another one. Does nothing if it is stopping already.</summary>
    public void Stop(Worker worker, StopReason reason)
    {
        lock (gate)
        {
            if (!BeginStopNeedsLock(worker))
                return;
        }

        StopInBackground(worker, reason);
    }

    /// <summary>Retires idle workers beyond the warm ones that nobody has needed for a while.</summary>
    public void Shrink()
    {
        List<Worker> surplus;
        lock (gate)
        {
            surplus = idle.Surplus(options.Warm, options.IdleShrink);
            foreach (var slot in slots.Where(slot => slot.Worker is not null && surplus.Contains(slot.Worker)))
                slot.Retired = true;
            surplus.ForEach(worker => BeginStopNeedsLock(worker));
        }

        surplus.ForEach(worker => StopInBackground(worker, StopReason.Retired));
    }

    /// <summary>Refuses creates from now on, and those that wait: no worker that becomes free is leased again.</summary>
    public void Refuse()
    {
        lock (gate)
        {
            closed = true;
            queue.RefuseAllNeedsLock();
        }

        closing.Cancel();
        startsDelayed.Cancel();
    }

    /// <summary>Stops every worker and waits until none is left. Call <see cref="Refuse"/> before.</summary>
    public Task StopAllAsync()
    {
        Workers().ForEach(worker => Stop(worker, StopReason.Shutdown));
        return supervisor.Stopped();
    }

    /// <summary>Gives workers that stop no more time.</summary>
    public void KillAll() => Workers().ForEach(worker => worker.Process.TrySendToGroup(Signal.Kill));

    /// <summary>Every worker that has not exited.</summary>
    public List<Worker> Workers()
    {
        lock (gate)
            return [.. slots.Select(slot => slot.Worker).OfType<Worker>()];
    }

    public PoolStatus Status()
    {
        lock (gate)
            return PoolStatus.Of(census, slots, queue, startGate, options);
    }

    /// <summary>The end of a lease: the worker is cleaned and offered again, or stopped when that fails or it is not trusted.</summary>
    internal async Task ReleaseAsync(WorkerLease lease, bool untrusted)
    {
        if (untrusted || !await supervisor.TryCleanAsync(lease.Worker, lease.SessionPath))
            Stop(lease.Worker, closing.IsCancellationRequested ? StopReason.Shutdown : StopReason.Untrusted);
        else if (lease.Worker.IsOutdated)
            Stop(lease.Worker, StopReason.Retired);
        else
            Offer(lease.Worker);
    }

    /// <summary>The worker is clean: the first in line gets it, else it is idle.</summary>
    internal void Offer(Worker worker)
    {
        lock (gate)
        {
            // One that has just died is noticed by its slot in a moment; nobody should get it until then.
            if (worker.State is WorkerState.Stopping or WorkerState.Exited || worker.Exited.IsCompleted)
                return;
            census.Move(worker, WorkerState.Ready);
            if (queue.TryHandOverNeedsLock(new(this, worker)))
            {
                census.Move(worker, WorkerState.Leased);
                return;
            }

            idle.Add(worker);
        }
    }

    // No worker is there, and none is to be expected soon.
    private bool IsHopelessNeedsLock() => startGate.IsFailing && census[WorkerState.Ready] + census[WorkerState.Leased] == 0;

    private PoolUnavailableException StartsFailNeedsLock() => PoolUnavailableException.StartsFail(startGate.Failures, startGate.Cause, startGate.Wait(Now));

    private PoolUnavailableException WaitOver()
    {
        lock (gate)
            return startGate.IsFailing ? StartsFailNeedsLock() : PoolUnavailableException.WaitOver(startGate.Cause);
    }

    private TimeSpan Now => time.GetElapsedTime(0);

    private void StopInBackground(Worker worker, StopReason reason)
    {
        logger.LogInformation("Stopping {Worker}: {Reason}", worker, reason);
        _ = worker.StopAsync(reason, options.WorkerStopGrace);
    }

    private bool BeginStopNeedsLock(Worker worker)
    {
        if (worker.State is WorkerState.Stopping or WorkerState.Exited)
            return false;
        idle.Remove(worker);
        census.Move(worker, WorkerState.Stopping);
        return true;
    }
}
