using Steelyard.Processes;

namespace Steelyard.Workers;

/// <summary>
/// The slots of this node, their idle workers, and the creates that wait: idle worker, else one more slot under the ceiling, else wait in
/// line. One lock guards all of it and the state of every worker; nothing is awaited or sent under it.
/// </summary>
public sealed class WorkerPool
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
    /// over, workers do not start or the node shuts down, and <see cref="OperationCanceledException"/> when the caller is gone, whose place is then given up.
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

    /// <summary>Takes in a worker that an earlier orchestrator has started: leased when it has a session, else to be offered once it is seen to be free.</summary>
    internal WorkerLease? Adopt(Worker worker, bool hasSession)
    {
        lock (gate)
        {
            var slot = new Slot { Worker = worker, Starts = worker.Restarts + 1 };
            census.Add(worker, hasSession ? WorkerState.Leased : WorkerState.Starting);
            slots.Add(slot);
            supervisor.Supervise(slot, worker);
            return hasSession ? new(this, worker) : null;
        }
    }

    /// <summary>Waits until the slot may start a worker. False when it is not needed any more: it is gone then.</summary>
    internal async Task<bool> MayStartAsync(Slot slot)
    {
        while (true)
        {
            TimeSpan wait;
            CancellationToken lifted;
            lock (gate)
            {
                if (DropIfSurplusNeedsLock(slot))
                    return false;
                wait = startGate.Wait(Now);
                lifted = startsDelayed.Token;
            }

            if (wait == TimeSpan.Zero)
                return true;
            await Task.Delay(wait + TimerStep, time, lifted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <summary>The slot has its turn to start. False when another one was faster while starts are limited.</summary>
    internal bool TryBeginStart(Slot slot)
    {
        lock (gate)
        {
            var isBegun = startGate.TryBegin(Now, out var start);
            slot.Start = start;
            return isBegun;
        }
    }

    internal void Attach(Slot slot, Worker worker)
    {
        CancellationTokenSource? lifted;
        lock (gate)
        {
            slot.Worker = worker;
            slot.Starts++;
            census.Add(worker, WorkerState.Starting);
            lifted = startGate.EndShortage() ? LiftNeedsLock() : null;
        }

        lifted?.Cancel();
    }

    /// <summary>The worker has shown that its program works: whoever waits to start another one may.</summary>
    internal void Prove(Worker worker)
    {
        CancellationTokenSource? lifted;
        lock (gate)
        {
            if (worker.State is not (WorkerState.Ready or WorkerState.Leased))
                return;
            worker.IsProved = true;
            lifted = startGate.Succeed() ? LiftNeedsLock() : null;
        }

        if (lifted is null)
            return;
        lifted.Cancel();
        logger.LogInformation("Workers start again: {Worker} has proved itself", worker);
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

    /// <summary>The slot has no worker any more. Decides when it may start the next one; null when it is not to.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="worker">The worker it had; null when none could be spawned.</param>
    /// <param name="exit">How that came, for people.</param>
    /// <param name="failure">Who is to blame.</param>
    internal RestartDecision? Detach(Slot slot, Worker? worker, string exit, Failure failure)
    {
        RestartDecision? decision;
        var isNews = false;
        lock (gate)
        {
            slot.LastExit = exit;
            if (worker is not null)
            {
                idle.Remove(worker);
                census.Move(worker, WorkerState.Exited);
                slot.Worker = null;
                if (worker.HasServed)
                    slot.Forgive();
            }

            decision = DecideNeedsLock(slot, worker, exit, failure, ref isNews);
            if (IsHopelessNeedsLock())
                queue.RefuseCreatesNeedsLock(StartsFailNeedsLock);
        }

        if (isNews)
            logger.LogError("Workers fail at their start, the last one with: {Exit}. One is started at a time, in growing intervals, until one proves itself", exit);
        return decision;
    }

    internal void Unpark(Slot slot)
    {
        lock (gate)
            slot.Parked = false;
    }

    private RestartDecision? DecideNeedsLock(Slot slot, Worker? worker, string exit, Failure failure, ref bool isNews)
    {
        if (slot.Retired || closed)
        {
            slots.Remove(slot);
            GrowNeedsLock(); // Creates may have come since it was retired.
            return null;
        }

        if (failure == Failure.Shortage)
            startGate.FailShort(exit, Now, random.NextDouble());
        else if (failure == Failure.Program && worker is not { IsProved: true })
            isNews = startGate.Fail(slot.Start, exit, Now, random.NextDouble());
        else if (failure == Failure.Program)
            return slot.Fail(Now, random.NextDouble(), mayPark: (slots.Count(other => other.Parked) + 1) * 2 <= slots.Count);
        return default(RestartDecision);
    }

    private bool DropIfSurplusNeedsLock(Slot slot)
    {
        if (!slot.Retired && !closed && slots.Count(other => !other.Parked && !other.Retired) <= TargetNeedsLock())
            return false;
        slots.Remove(slot);
        return true;
    }

    // No worker is there, and none is to be expected soon.
    private bool IsHopelessNeedsLock() => startGate.IsFailing && census[WorkerState.Ready] + census[WorkerState.Leased] == 0;

    private PoolUnavailableException StartsFailNeedsLock() => PoolUnavailableException.StartsFail(startGate.Failures, startGate.Cause, startGate.Wait(Now));

    private PoolUnavailableException WaitOver()
    {
        lock (gate)
            return PoolUnavailableException.WaitOver(startGate.Cause);
    }

    private CancellationTokenSource LiftNeedsLock() => Interlocked.Exchange(ref startsDelayed, new());

    private TimeSpan Now => time.GetElapsedTime(0);

    private void StopInBackground(Worker worker, StopReason reason)
    {
        logger.LogInformation("Stopping {Worker}: {Reason}", worker, reason);
        _ = worker.StopAsync(reason, options.WorkerStopGrace);
    }

    private void GrowNeedsLock()
    {
        var target = TargetNeedsLock();
        var working = slots.Count(slot => !slot.Parked && !slot.Retired);
        while (working++ < target && slots.Count < options.MaxWorkers && !closed)
        {
            var slot = new Slot();
            slots.Add(slot);
            supervisor.Supervise(slot);
        }
    }

    // While creates are refused because starts fail, somebody must find out when they no longer do.
    private int TargetNeedsLock() => Math.Max(PoolSize.Target(census[WorkerState.Leased], queue.CountNeedsLock, options.Warm, options.MaxWorkers), startGate.IsFailing ? 1 : 0);

    private bool BeginStopNeedsLock(Worker worker)
    {
        if (worker.State is WorkerState.Stopping or WorkerState.Exited)
            return false;
        idle.Remove(worker);
        census.Move(worker, WorkerState.Stopping);
        return true;
    }
}

/// <summary>Who is to blame that a worker ended, or could not be spawned.</summary>
internal enum Failure
{
    /// <summary>Nobody: we wanted it so.</summary>
    None,

    /// <summary>The worker's program.</summary>
    Program,

    /// <summary>The machine, which was short of descriptors, memory, room or ports.</summary>
    Shortage,
}
