using System.Collections.Concurrent;
using System.Net.Sockets;
using Steelyard.Async;
using Steelyard.Events;
using Steelyard.Processes;
using Steelyard.Workers;

namespace Steelyard.Pool;

/// <summary>Keeps one worker alive in each slot: spawn, wait ready, wait exit, delay, again.</summary>
internal sealed class WorkerSupervisor(
    WorkerPool pool,
    StartTurns turns,
    WorkerStarter starter,
    WorkerReadiness readiness,
    NodeEvents events,
    TimeProvider time,
    ILogger<WorkerSupervisor> logger)
{
    // The holder of a dead worker's lease writes one small file at most.
    private static readonly TimeSpan ReturnTime = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Slot, Task> running = new();

    /// <summary>
    /// Runs the slot in the background until it is retired or the pool closes. If there is an adopted worker, the slot begins with it.
    /// </summary>
    public void Supervise(Slot slot, Worker? adopted = null) => running[slot] = RunAsync(slot, adopted);

    /// <summary>Completes when no slot is running.</summary>
    public Task Stopped() => Task.WhenAll(running.Values);

    /// <summary>
    /// Ends the worker's session, if any, and waits until the worker is clean. Returns false if that failed. Never throws.
    /// </summary>
    public async Task<bool> TryResetAsync(Worker worker, string? sessionPath)
    {
        try
        {
            if (!await readiness.ResetAsync(worker, sessionPath, pool.Closing))
                return false;
            worker.Resources.CollectRecordings();
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (Exception e)
        {
            logger.LogError(e, "{Worker} was not cleaned because of an error of ours", worker);
            return false;
        }
    }

    private async Task RunAsync(Slot slot, Worker? adopted)
    {
        await Task.Yield(); // The caller holds the pool's lock.
        try
        {
            while (await RunWorkerAsync(slot, adopted) is { } decision)
            {
                adopted = null;
                if (decision.Park)
                    events.Publish(new SlotParked(decision.Delay, slot.LastExit));
                await Task.Delay(decision.Delay, time, pool.Closing)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                pool.Unpark(slot);
            }
        }
        catch (Exception e)
        {
            logger.LogCritical(e, "A slot has ended because of an error of ours");
            throw;
        }
        finally
        {
            running.TryRemove(slot, out _);
        }
    }

    // Runs one worker from spawn to exit. Returns what the slot does next, or null to end the slot.
    private async Task<RestartDecision?> RunWorkerAsync(Slot slot, Worker? adopted)
    {
        Worker worker;
        try
        {
            if ((adopted ?? await StartAsync(slot)) is not { } started)
                return null;
            worker = started;
            if (adopted is { State: WorkerState.Starting })
                await BringUpAsync(adopted);
            else if (adopted is not null)
                await readiness.LookAtAsync(adopted);
        }
        catch (OperationCanceledException)
        {
            return pool.Detach(slot, null, "not started: shutting down", Blame.None);
        }
        catch (Exception e) when (
            e is ProcessStartException or IOException or UnauthorizedAccessException or InvalidOperationException or SocketException)
        {
            if (slot.LastExit != e.Message)
                logger.LogError("Cannot start a worker: {Reason}", e.Message);
            return pool.Detach(slot, null, e.Message, e is ProcessStartException { IsShortage: false } ? Blame.Program : Blame.Machine);
        }

        await ((Task)worker.Exited.WaitAsync(StartGate.Probation, time))
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (!worker.Exited.IsCompleted)
            pool.Prove(worker);
        var status = await worker.Exited;
        var decision = pool.Detach(slot, worker, worker.ExitDescription(status), WhoIsToBlame(worker));
        await BuryAsync(worker, status);
        return decision;
    }

    private static Blame WhoIsToBlame(Worker worker) => worker switch
    {
        { StopReason: { } reason } when reason.IsGraceful() => Blame.None,
        { WasStarved: true } or { StopReason: StopReason.MachineMemory } => Blame.Machine,
        _ => Blame.Program,
    };

    // Returns null if the slot is not needed any more.
    private async Task<Worker?> StartAsync(Slot slot)
    {
        while (await pool.MayStartAsync(slot))
        {
            using var turn = await turns.TakeAsync(pool.Closing);
            if (!pool.TryBeginStart(slot))
                continue;
            var worker = await starter.StartAsync(slot.Starts, slot.LastExit);
            events.Publish(new WorkerStarted(worker.Name));
            pool.Attach(slot, worker);
            await BringUpAsync(worker);
            return worker;
        }

        return null;
    }

    // Never fails: from here on, only the worker's exit removes it from the slot.
    private async Task BringUpAsync(Worker worker)
    {
        var (ready, started) = (false, time.GetTimestamp());
        try
        {
            if (pool.Closing.IsCancellationRequested)
                pool.Stop(worker, StopReason.Shutdown);
            else if (worker.IsOutdated)
                pool.Stop(worker, StopReason.Retired);
            ready = await readiness.WaitAsync(worker);
        }
        catch (Exception e)
        {
            logger.LogError(e, "{Worker} was not asked whether it is ready because of an error of ours", worker);
        }

        if (ready)
        {
            var took = time.GetElapsedTime(started);
            events.Publish(new WorkerReady(worker.Name, took));
            if (worker.Start >= 0)
                pool.LearnStart(took); // An adopted worker started earlier.
            pool.Offer(worker);
        }
        else if (!worker.Exited.IsCompleted)
        {
            pool.Stop(worker, StopReason.NeverReady);
        }
    }

    private static string CauseOf(Worker worker, ExitStatus status) =>
        worker.StopReason?.Cause() ?? (worker.WasClosedByClient ? "closed_by_client" : worker.LossOf(status).Cause ?? "crashed");

    private static string LastWords(Worker worker)
    {
        try
        {
            return worker.Directory.Log.Tail() is { Length: > 0 } lines ? $"The last lines of its log: {lines}" : "It has written nothing.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"Its log cannot be read: {e.Message}";
        }
    }

    private async Task BuryAsync(Worker worker, ExitStatus status)
    {
        var lastWords = worker.StopReason is null ? LastWords(worker) : null;
        events.Publish(new WorkerExited(
            worker.Name, status.ToString(), worker.StopReason?.ToString(), CauseOf(worker, status), lastWords));

        // A session that will be restored is recorded elsewhere before its lease is returned. Its record in this worker's folder must exist
        // until then.
        await ((Task)worker.LeaseReturned.InContext().WaitAsync(ReturnTime, time)).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        try
        {
            await worker.Resources.DisposeAsync();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogError("Cannot delete the folder of {Worker}: {Reason}", worker, e.Message);
        }
    }
}
