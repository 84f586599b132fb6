using Steelyard.Events;
using Steelyard.Workers;

namespace Steelyard.Pool;

/// <content>The life of slots: how they are created, get workers, lose them and are removed.</content>
public sealed partial class WorkerPool
{
    /// <summary>
    /// Adds a worker that an earlier orchestrator started. If it has a session, returns its lease. Otherwise returns null, and the worker
    /// is offered when it is known to be free.
    /// </summary>
    internal WorkerLease? Adopt(Worker worker, bool hasSession)
    {
        lock (gate)
        {
            var slot = new Slot { Worker = worker, Starts = worker.Restarts + 1 };
            census.Add(worker, hasSession ? WorkerState.Leased : WorkerState.Starting);
            slots.Add(slot);
            supervisor.Supervise(slot, worker);
            return hasSession ? LeaseNeedsLock(worker) : null;
        }
    }

    /// <summary>Stops all workers without a session, and returns them.</summary>
    internal List<Worker> StopIdle(StopReason reason)
    {
        List<Worker> stopped;
        lock (gate)
        {
            stopped = slots.Select(slot => slot.Worker).OfType<Worker>()
                .Where(worker => worker.State is WorkerState.Starting or WorkerState.Ready)
                .ToList()
                .FindAll(BeginStopNeedsLock);
        }

        stopped.ForEach(worker => StopInBackground(worker, reason));
        return stopped;
    }

    /// <summary>Waits until the slot may start a worker. Returns false if the slot was removed because it is not needed any more.</summary>
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
            await Task.Delay(wait + TimerStep, time, lifted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <summary>Begins the slot's start. Returns false if starts are limited and another slot has started first.</summary>
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
            worker.Start = slot.Start;
            slot.Starts++;
            census.Add(worker, WorkerState.Starting);
            lifted = startGate.EndShortage(Now) ? LiftNeedsLock() : null;
        }

        lifted?.Cancel();
    }

    /// <summary>Records how long a worker has taken from its spawn to ready.</summary>
    internal void LearnStart(TimeSpan took)
    {
        lock (gate)
            demand.Started(took);
    }

    /// <summary>Records that the worker has proved that its program works, so that waiting slots may start workers.</summary>
    internal void Prove(Worker worker)
    {
        CancellationTokenSource? lifted;
        lock (gate)
        {
            if (worker.State is not (WorkerState.Ready or WorkerState.Leased))
                return;
            worker.IsProved = true;
            lifted = startGate.Succeed(worker.Start) ? LiftNeedsLock() : null;
        }

        if (lifted is null)
            return;
        lifted.Cancel();
        events.Publish(new StartsSucceeded(worker.Name));
    }

    /// <summary>
    /// Removes the worker from the slot, and decides when the slot may start the next one. Returns null if the slot must not start another
    /// one.
    /// </summary>
    /// <param name="slot">The slot.</param>
    /// <param name="worker">The worker that the slot had; null if none could be spawned.</param>
    /// <param name="exit">How the worker ended, or why it could not be spawned, for people.</param>
    /// <param name="blame">The cause.</param>
    internal RestartDecision? Detach(Slot slot, Worker? worker, string exit, Blame blame)
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

            decision = DecideNeedsLock(slot, worker, exit, blame, ref isNews);
            if (IsHopelessNeedsLock())
                queue.RefuseCreatesNeedsLock(StartsFailNeedsLock);
        }

        if (isNews)
            events.Publish(new StartsFailed(exit));
        return decision;
    }

    internal void Unpark(Slot slot)
    {
        lock (gate)
            slot.Parked = false;
    }

    private RestartDecision? DecideNeedsLock(Slot slot, Worker? worker, string exit, Blame blame, ref bool isNews)
    {
        if (slot.Retired || closed)
        {
            slots.Remove(slot);
            GrowNeedsLock(); // Creates may have come since it was retired.
            return null;
        }

        if (blame == Blame.Machine)
            startGate.FailShort(
                exit, Now, random.NextDouble(), worker?.StopReason == StopReason.MachineMemory ? LastResort.Recovery : TimeSpan.Zero);
        else if (blame == Blame.Program && worker is not { IsProved: true })
            isNews = startGate.Fail(slot.Start, exit, Now, random.NextDouble());
        else if (blame == Blame.Program)
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

    private CancellationTokenSource LiftNeedsLock() => Interlocked.Exchange(ref startsDelayed, new());

    private void GrowNeedsLock()
    {
        var target = TargetNeedsLock();
        var working = slots.Count(slot => !slot.Parked && !slot.Retired);
        while (working++ < target && slots.Count < browsers.MaxWorkers && !closed)
        {
            var slot = new Slot();
            slots.Add(slot);
            supervisor.Supervise(slot);
        }
    }

    private int TargetNeedsLock()
    {
        // While creates wait, the workers for them come first.
        var warm = queue.CountNeedsLock > 0 ? options.Warm : demand.Warm(options.Warm);
        var target = PoolSize.Target(census[WorkerState.Leased], queue.CountNeedsLock, warm, browsers.MaxWorkers);
        if (!startGate.IsFailing)
            return target;

        // While starts count as failing, one slot continues to try: otherwise the pool would not find out that they succeed again.
        var trying = census[WorkerState.Ready] + census[WorkerState.Leased] + 1;
        return Math.Max(target, Math.Min(trying, browsers.MaxWorkers));
    }
}
