using Steelyard.Events;
using Steelyard.Processes;
using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Pool;

/// <summary>
/// The slots of this node, their idle workers, and the waiting creates. A create gets an idle worker; otherwise the pool adds a slot, up to
/// the maximum, and the create waits in line. One lock guards all of this and the state of every worker; no I/O and no await happens under
/// it.
/// </summary>
public sealed partial class WorkerPool
{
    private static readonly TimeSpan TimerStep = TimeSpan.FromMilliseconds(1); // Timers ignore fractions of a millisecond.

    private readonly Lock gate = new();
    private readonly List<Slot> slots = [];
    private readonly IdleWorkers idle;
    private readonly WorkerCensus census = new();
    private readonly LeaseQueue queue;
    private readonly Demand demand;
    private readonly StartGate startGate = new();
    private readonly ForeignBrowsers browsers;
    private readonly Options options;
    private readonly TimeProvider time;
    private readonly NodeEvents events;
    private readonly WorkerSupervisor supervisor;
    private readonly Random random;
    private readonly CancellationTokenSource closing = new();
    private CancellationTokenSource startsDelayed = new(); // Cancelled when starts do not have to wait any longer.
    private bool closed;

    internal WorkerPool(
        Func<WorkerPool, WorkerSupervisor> supervise,
        ForeignBrowsers browsers,
        NodeEvents events,
        Options options,
        TimeProvider time,
        Random? random = null)
    {
        this.browsers = browsers;
        browsers.Changed += Start;
        this.random = random ?? Random.Shared;
        this.options = options;
        this.time = time;
        this.events = events;
        idle = new(time);
        queue = new(gate, time);
        demand = new(time);
        supervisor = supervise(this);
    }

    internal CancellationToken Closing => closing.Token;

    /// <summary>Starts the warm workers that do not run yet. Does not wait for them.</summary>
    public void Start()
    {
        lock (gate)
            GrowNeedsLock();
    }

    /// <summary>
    /// Leases an idle worker, or waits in line for one. Throws <see cref="PoolUnavailableException"/> if the queue is full, the time is
    /// over, workers do not start or the node shuts down. Throws <see cref="OperationCanceledException"/> if cancelled; the caller then
    /// loses its place in line.
    /// </summary>
    /// <param name="standing">Decides the place in line.</param>
    /// <param name="within">How long the caller may wait.</param>
    /// <param name="waited">How long it has waited elsewhere: it stands before those that came later.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    public async ValueTask<WorkerLease> LeaseAsync(
        Standing standing, TimeSpan within, TimeSpan waited, CancellationToken cancellationToken)
    {
        try
        {
            if (TryLease(standing, waited, out var place, out var length) is { } lease)
                return lease;
            events.Publish(new QueueGrew(length));
            return await queue.WaitAsync(place!, within, WaitOver, cancellationToken);
        }
        catch (PoolUnavailableException e)
        {
            events.Publish(new CreateRefused(e.Message, e.Cause));
            throw;
        }
    }

    // Without an idle worker: the caller's place in line, and the length of the line.
    private WorkerLease? TryLease(Standing standing, TimeSpan waited, out LeaseQueue.Place? place, out int length)
    {
        (place, length) = (null, 0);
        lock (gate)
        {
            if (closed)
                throw PoolUnavailableException.ShuttingDown();
            if (standing == Standing.New)
                demand.Ask();
            if (queue.CountNeedsLock == 0 && idle.Take() is { } worker)
            {
                census.Move(worker, WorkerState.Leased);
                worker.Client.ForgiveSilence(); // An idle worker is asked rarely, so its silence until now says nothing.
                GrowNeedsLock();
                return LeaseNeedsLock(worker);
            }

            if (standing != Standing.Restored && IsHopelessNeedsLock())
                throw StartsFailNeedsLock();
            place = queue.AddNeedsLock(standing, waited, options.QueueLimit);
            length = queue.CountNeedsLock;
            GrowNeedsLock();
            return null;
        }
    }

    /// <summary>Stops a worker; its slot then starts another one. Does nothing if the worker is already stopping.</summary>
    public void Stop(Worker worker, StopReason reason)
    {
        lock (gate)
        {
            if (!BeginStopNeedsLock(worker))
                return;
        }

        StopInBackground(worker, reason);
    }

    /// <summary>Retires surplus idle workers that have not been needed for a while.</summary>
    public void Shrink()
    {
        List<Worker> surplus;
        lock (gate)
        {
            surplus = idle.Surplus(demand.Warm(options.Warm), options.IdleShrink);
            foreach (var slot in slots.Where(slot => slot.Worker is not null && surplus.Contains(slot.Worker)))
                slot.Retired = true;
            surplus.ForEach(worker => BeginStopNeedsLock(worker));
        }

        surplus.ForEach(worker => StopInBackground(worker, StopReason.Retired));
    }

    /// <summary>Refuses all waiting and all future creates: workers that become free are not leased again.</summary>
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

    /// <summary>Kills all workers at once, without a grace period.</summary>
    public void KillAll() => Workers().ForEach(worker => worker.Process.TrySendToGroup(Signal.Kill));

    /// <summary>Returns all workers that have not exited.</summary>
    public List<Worker> Workers()
    {
        lock (gate)
            return [.. slots.Select(slot => slot.Worker).OfType<Worker>()];
    }

    public PoolStatus Status()
    {
        lock (gate)
            return PoolStatus.Of(census, slots, queue, startGate, browsers.MaxWorkers, options.QueueLimit);
    }

    /// <summary>Ends a lease: cleans the worker and offers it again, or stops it if it is not trusted or cannot be cleaned.</summary>
    internal async Task ReleaseAsync(WorkerLease lease, bool untrusted)
    {
        if (untrusted || !await supervisor.TryResetAsync(lease.Worker, lease.SessionPath))
            Stop(lease.Worker, closing.IsCancellationRequested ? StopReason.Shutdown : StopReason.Untrusted);
        else if (lease.Worker.IsOutdated)
            Stop(lease.Worker, StopReason.Retired);
        else
            Offer(lease.Worker);
    }

    /// <summary>Gives a clean worker to the first caller in line, or adds it to the idle workers.</summary>
    internal void Offer(Worker worker)
    {
        lock (gate)
        {
            // If the worker has just died, its slot notices that soon. Until then no caller should get the worker.
            if (worker.State is WorkerState.Stopping or WorkerState.Exited || worker.Exited.IsCompleted)
                return;
            census.Move(worker, WorkerState.Ready);
            var lease = new WorkerLease(this, worker);
            if (queue.TryHandOverNeedsLock(lease))
            {
                census.Move(worker, WorkerState.Leased);
                worker.LeaseReturned = lease.Returned;
                return;
            }

            idle.Add(worker);
        }
    }

    private WorkerLease LeaseNeedsLock(Worker worker)
    {
        var lease = new WorkerLease(this, worker);
        worker.LeaseReturned = lease.Returned;
        return lease;
    }

    // There is no worker, and none is expected soon.
    private bool IsHopelessNeedsLock() => startGate.IsFailing && census[WorkerState.Ready] + census[WorkerState.Leased] == 0;

    private PoolUnavailableException StartsFailNeedsLock() =>
        PoolUnavailableException.StartsFail(startGate.Failures, startGate.Cause, startGate.Wait(Now));

    private PoolUnavailableException WaitOver()
    {
        lock (gate)
            return startGate.IsFailing
                ? StartsFailNeedsLock()
                : PoolUnavailableException.WaitOver(startGate.Cause, queue.EstimateNeedsLock());
    }

    private TimeSpan Now => time.GetElapsedTime(0);

    private void StopInBackground(Worker worker, StopReason reason)
    {
        events.Publish(new WorkerStopping(worker.Name, reason.ToString()));
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
