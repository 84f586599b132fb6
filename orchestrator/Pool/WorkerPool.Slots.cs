using Steelyard.Workers;

namespace Steelyard.Pool;

/// <content>How slots come, get workers, lose them and go.</content>
public sealed partial class WorkerPool
{
    /// <summary>
    /// Takes in a worker that an earlier orchestrator has started: leased when it has a session, else to be offered once it is seen to be
    /// free.
    /// </summary>
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
            worker.Start = slot.Start;
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
            lifted = startGate.Succeed(worker.Start) ? LiftNeedsLock() : null;
        }

        if (lifted is null)
            return;
        lifted.Cancel();
        logger.LogInformation("Workers start again: {Worker} has proved itself", worker);
    }

    /// <summary>The slot has no worker any more. Decides when it may start the next one; null when it is not to.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="worker">The worker it had; null when none could be spawned.</param>
    /// <param name="exit">How that came, for people.</param>
    /// <param name="blame">Who is to blame.</param>
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
            logger.LogError("Workers fail at their start, the last one with: {Exit}. One is started at a time, in growing intervals, until one proves itself", exit);
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
            startGate.FailShort(exit, Now, random.NextDouble());
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
        while (working++ < target && slots.Count < options.MaxWorkers && !closed)
        {
            var slot = new Slot();
            slots.Add(slot);
            supervisor.Supervise(slot);
        }
    }

    private int TargetNeedsLock()
    {
        var target = PoolSize.Target(census[WorkerState.Leased], queue.CountNeedsLock, options.Warm, options.MaxWorkers);
        if (!startGate.IsFailing)
            return target;

        // While starts count as failing, one slot goes on trying, or nobody would find out that they succeed again.
        var trying = census[WorkerState.Ready] + census[WorkerState.Leased] + 1;
        return Math.Max(target, Math.Min(trying, options.MaxWorkers));
    }
}
