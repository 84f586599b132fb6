namespace Steelyard.Workers;

/// <summary>
/// The slots of this node, their idle workers, and the creates that wait: idle worker, else one more slot under the ceiling, else wait in
/// line. One lock guards all of it and the state of every worker; nothing is awaited or sent under it.
/// </summary>
public sealed class WorkerPool
{
    private readonly Lock gate = new();
    private readonly List<Slot> slots = [];
    private readonly List<Worker> idle = []; // The last one is taken first, so that surplus ones grow old.
    private readonly int[] inState = new int[Enum.GetValues<WorkerState>().Length];
    private readonly LeaseQueue queue;
    private readonly Options options;
    private readonly TimeProvider time;
    private readonly ILogger<WorkerPool> logger;
    private readonly WorkerSupervisor supervisor;
    private readonly CancellationTokenSource closing = new();

    internal WorkerPool(WorkerStarter starter, Options options, TimeProvider time, ILogger<WorkerPool> logger)
    {
        this.options = options;
        this.time = time;
        this.logger = logger;
        queue = new(gate, options.QueueTimeout, time);
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
    /// over or the node shuts down, and <see cref="OperationCanceledException"/> when the caller is gone, whose place is then given up.
    /// </summary>
    /// <param name="again">It has waited before and got a worker that failed it: it goes to the front.</param>
    /// <param name="cancellationToken">The caller is gone.</param>
    public async ValueTask<WorkerLease> LeaseAsync(bool again, CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource<WorkerLease>> place;
        lock (gate)
        {
            if (closing.IsCancellationRequested)
                throw PoolUnavailableException.ShuttingDown();
            if (queue.CountNeedsLock == 0 && idle.Count > 0)
            {
                var worker = idle[^1];
                idle.RemoveAt(idle.Count - 1);
                MoveNeedsLock(worker, WorkerState.Leased);
                GrowNeedsLock();
                return new(this, worker);
            }

            if (queue.CountNeedsLock >= options.QueueLimit && !again)
                throw PoolUnavailableException.QueueFull(options.QueueLimit);
            place = queue.AddNeedsLock(atFront: again);
            GrowNeedsLock();
        }

        return await queue.WaitAsync(place, cancellationToken);
    }

    /// <summary>Stops a worker; its slot then starts another one. Does nothing if it is stopping already.</summary>
    public void Stop(Worker worker, StopReason reason)
    {
        lock (gate)
        {
            if (worker.State is WorkerState.Stopping or WorkerState.Exited)
                return;
            idle.Remove(worker);
            MoveNeedsLock(worker, WorkerState.Stopping);
        }

        logger.LogInformation("Stopping {Worker}: {Reason}", worker, reason);
        _ = worker.StopAsync(reason, options.WorkerStopGrace);
    }

    /// <summary>Retires idle workers beyond the warm ones that nobody has needed for a while.</summary>
    public void Shrink()
    {
        List<Worker> surplus;
        lock (gate)
        {
            surplus = [.. idle.Take(Math.Max(0, idle.Count - options.Warm)).Where(worker => time.GetElapsedTime(worker.IdleSince) >= options.IdleShrink)];
            foreach (var slot in slots.Where(slot => slot.Worker is not null && surplus.Contains(slot.Worker)))
                slot.Retired = true;
        }

        surplus.ForEach(worker => Stop(worker, StopReason.Retired));
    }

    /// <summary>Refuses creates from now on, stops every worker and waits until none is left.</summary>
    public async Task CloseAsync()
    {
        List<Worker> workers;
        List<TaskCompletionSource<WorkerLease>> refused;
        lock (gate)
        {
            closing.Cancel();
            refused = queue.ClearNeedsLock();
            workers = WorkersNeedsLock();
        }

        refused.ForEach(waiter => waiter.TrySetException(PoolUnavailableException.ShuttingDown()));
        workers.ForEach(worker => Stop(worker, StopReason.Shutdown));
        await supervisor.Stopped();
    }

    /// <summary>Every worker that has not exited.</summary>
    public List<Worker> Workers()
    {
        lock (gate)
            return WorkersNeedsLock();
    }

    public PoolStatus Status()
    {
        lock (gate)
        {
            var parked = slots.Count(slot => slot.Parked);
            var between = slots.Count(slot => slot is { Worker: null, Parked: false });
            return new(
                Ready: inState[(int)WorkerState.Ready],
                Leased: inState[(int)WorkerState.Leased],
                Starting: inState[(int)WorkerState.Starting] + between,
                Stopping: inState[(int)WorkerState.Stopping],
                parked, slots.Count, options.MaxWorkers, queue.CountNeedsLock, options.QueueLimit,
                slots.Select(slot => slot.LastExit).LastOrDefault(exit => exit is not null));
        }
    }

    /// <summary>How the worker before this one ended, or null.</summary>
    public string? LastExit(Worker worker)
    {
        lock (gate)
            return slots.Find(slot => slot.Worker == worker)?.LastExit;
    }

    internal void Release(WorkerLease lease, bool untrusted)
    {
        if (untrusted)
            Stop(lease.Worker, StopReason.Untrusted);
        else
            _ = CleanAsync(lease);
    }

    internal void Attach(Slot slot, Worker worker)
    {
        lock (gate)
        {
            slot.Worker = worker;
            slot.Starts++;
            inState[(int)WorkerState.Starting]++;
        }
    }

    /// <summary>The worker is clean: the first in line gets it, else it is idle.</summary>
    internal void Offer(Worker worker)
    {
        lock (gate)
        {
            if (worker.State is WorkerState.Stopping or WorkerState.Exited)
                return;
            MoveNeedsLock(worker, WorkerState.Ready);
            if (queue.TryHandOverNeedsLock(new(this, worker)))
            {
                MoveNeedsLock(worker, WorkerState.Leased);
                return;
            }

            worker.IdleSince = time.GetTimestamp();
            idle.Add(worker);
        }
    }

    /// <summary>The slot has no worker any more. Decides when it starts the next one; null when it is not to.</summary>
    internal RestartDecision? Detach(Slot slot, Worker? worker, string exit, bool failed)
    {
        lock (gate)
        {
            slot.LastExit = exit;
            if (worker is not null)
            {
                idle.Remove(worker);
                MoveNeedsLock(worker, WorkerState.Exited);
                slot.Worker = null;
                if (worker.HasServed)
                    slot.Forgive();
            }

            if (slot.Retired || closing.IsCancellationRequested)
            {
                slots.Remove(slot);
                return null;
            }

            var mayPark = (slots.Count(other => other.Parked) + 1) * 2 <= slots.Count;
            return failed ? slot.Fail(time.GetElapsedTime(0), Random.Shared.NextDouble(), mayPark) : default(RestartDecision);
        }
    }

    internal void Unpark(Slot slot)
    {
        lock (gate)
            slot.Parked = false;
    }

    private async Task CleanAsync(WorkerLease lease)
    {
        var worker = lease.Worker;
        if (await WorkerCleaner.CleanAsync(worker.Client, lease.SessionPath, options.WorkerStartTimeout, time))
        {
            worker.HasServed |= lease.SessionPath is not null;
            Offer(worker);
        }
        else
        {
            Stop(worker, StopReason.Untrusted);
        }
    }

    private void GrowNeedsLock()
    {
        var target = PoolSize.Target(inState[(int)WorkerState.Leased], queue.CountNeedsLock, options.Warm, options.MaxWorkers);
        var working = slots.Count(slot => !slot.Parked && !slot.Retired);
        while (working++ < target && slots.Count < options.MaxWorkers && !closing.IsCancellationRequested)
        {
            var slot = new Slot();
            slots.Add(slot);
            supervisor.Supervise(slot);
        }
    }

    private void MoveNeedsLock(Worker worker, WorkerState to)
    {
        if (!WorkerTransitions.Allows(worker.State, to))
            throw new InvalidOperationException($"{worker} cannot go from {worker.State} to {to}");
        inState[(int)worker.State]--;
        inState[(int)to]++;
        worker.State = to;
    }

    private List<Worker> WorkersNeedsLock() => [.. slots.Select(slot => slot.Worker).OfType<Worker>()];
}
