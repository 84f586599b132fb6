using System.Collections.Concurrent;
using Steelyard.Async;
using Steelyard.Machine;
using Steelyard.Settings;
using Steelyard.WorkerHttp;
using Steelyard.Workers;

namespace Steelyard.Pool;

/// <summary>
/// One loop that watches all workers of a pool. A process that was stopped by a signal causes no event and still accepts connections, so
/// only an answer proves that a worker is alive. The loop asks a worker that has been silent for a while, and stops it if it stays silent.
/// Time in which the worker waited for a processor does not count: if the machine lacks processors, a silent worker is slow, not hung.
/// </summary>
internal sealed class WorkerHealth(WorkerPool pool, IMachine machine, Options options, TimeProvider time, ILogger<WorkerHealth> logger)
{
    private const int TicksPerInterval = 4;
    private const int TicksPerUpkeep = 20;

    private readonly ConcurrentDictionary<Worker, byte> probing = new();
    private long last;
    private TimeSpan late; // Sum of the delays of our own rounds.
    private int ticks;

    private TimeSpan Period => options.ProbeInterval / TicksPerInterval;

    // A worker that has been silent for this time was asked in the previous round.
    private TimeSpan Asked => options.ProbeInterval + Period;

    // How much later an idle worker is asked. Never less than nothing.
    private TimeSpan IdleRest => options.IdleProbeInterval > options.ProbeInterval
        ? options.IdleProbeInterval - options.ProbeInterval
        : TimeSpan.Zero;

    /// <summary>Runs the loop until it is cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        last = time.GetTimestamp();
        return Periodic.RunAsync(Period, Tick, time, logger, cancellationToken);
    }

    private void Tick()
    {
        // One moment for the whole round: a wait in the midst of a round counts as lateness of the next one, not as silence of the workers.
        var now = time.GetTimestamp();
        var workers = pool.Workers();
        var sinceLast = time.GetElapsedTime(last, now);

        // If this node itself did not run (stopped or starved), the silence of the workers says nothing.
        if (sinceLast > options.HangTimeout / 2)
            workers.ForEach(worker => worker.Client.ForgiveSilence());
        else if (sinceLast > Period)
            late += sinceLast - Period;
        last = now;
        workers.ForEach(worker => Check(worker, now));
        if (++ticks % TicksPerUpkeep == 0)
            KeepUp(workers);
    }

    private void Check(Worker worker, long now)
    {
        if (worker.State is not (WorkerState.Starting or WorkerState.Ready or WorkerState.Leased))
            return;

        // An idle worker is asked later, and the time before that does not count.
        var silence = worker.Client.SilenceAt(now) - (worker.State == WorkerState.Ready ? IdleRest : TimeSpan.Zero);
        MeasureWait(worker, silence);
        if (worker.State == WorkerState.Starting || silence < options.ProbeInterval)
            return; // The code that started the worker decides whether the start has failed.
        if (probing.TryAdd(worker, 0))
            _ = ProbeAsync(worker);
        if (silence >= options.StarvedTimeout || (silence - worker.Waited >= options.HangTimeout && IsOwed(worker, now)))
            StopHung(worker, silence);
    }

    // The worker was asked in time, and no byte of a reply has arrived.
    private bool IsOwed(Worker worker, long now) => worker.Client.UnansweredAt(now) >= options.HangTimeout - Asked;

    // The delays of this node's rounds count as well, from the last round on in which the worker was not overdue: the node sends the
    // request and reads the reply, so they are not the worker's fault. Most workers answer at once. Their own wait is measured only when
    // one was asked in the previous round and has not answered yet, because that reads two small files for each thread of the worker.
    private void MeasureWait(Worker worker, TimeSpan silence)
    {
        if (silence < Asked)
        {
            (worker.Starvation, worker.LateBefore) = (null, late);
            worker.HasWaited(TimeSpan.Zero, silence);
            return;
        }

        worker.Starvation ??= machine.MeasureWait(worker.Process, time);
        var ours = late - (worker.LateBefore ??= late);
        worker.HasWaited(worker.Starvation() is { } its ? its + ours : TimeSpan.Zero, silence);
    }

    private void StopHung(Worker worker, TimeSpan silence)
    {
        logger.LogWarning(
            "{Worker} has not answered for {Silence:0.0} s, of which it waited {Waited:0.0} s for a processor",
            worker, silence.TotalSeconds, worker.Waited.TotalSeconds);
        pool.Stop(worker, StopReason.Hung);
    }

    private async Task ProbeAsync(Worker worker)
    {
        try
        {
            using var reply = await worker.Client.HealthAsync(options.HangTimeout);
            if (reply.Error == WorkerError.Busy)
                worker.Client.ForgiveSilence(); // The worker was not asked.
        }
        catch (Exception e)
        {
            logger.LogError(e, "{Worker} was not asked for its health because of an error of ours", worker);
            worker.Client.ForgiveSilence();
        }
        finally
        {
            probing.TryRemove(worker, out _);
        }
    }

    private void KeepUp(List<Worker> workers)
    {
        pool.Shrink();
        foreach (var worker in workers)
        {
            worker.Client.Trim();
            try
            {
                worker.Directory.Log.Trim();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                logger.LogWarning("Cannot trim the log of {Worker}: {Reason}", worker, e.Message);
            }
        }
    }
}
