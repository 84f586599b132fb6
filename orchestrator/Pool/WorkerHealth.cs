using System.Collections.Concurrent;
using Steelyard.Async;
using Steelyard.Machine;
using Steelyard.Settings;
using Steelyard.WorkerHttp;
using Steelyard.Workers;

namespace Steelyard.Pool;

/// <summary>
/// One loop that watches all workers of a pool. A stopped process gives no event and still accepts connections: only an answer proves
/// life. A worker is asked when it has said nothing for a while, and stopped when it stays silent. Time in which it waited for a processor
/// does not count: where the machine lacks them, a silent worker is slow and not hung.
/// </summary>
internal sealed class WorkerHealth(WorkerPool pool, IMachine machine, Options options, TimeProvider time, ILogger<WorkerHealth> logger)
{
    private const int TicksPerInterval = 4;
    private const int TicksPerUpkeep = 20;

    private readonly ConcurrentDictionary<Worker, byte> probing = new();
    private long last;
    private TimeSpan late; // By how much our own rounds came late, all together.
    private int ticks;

    private TimeSpan Period => options.ProbeInterval / TicksPerInterval;

    // A worker that has been silent for so long has been asked: in the round before.
    private TimeSpan Asked => options.ProbeInterval + Period;

    /// <summary>Runs until cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        last = time.GetTimestamp();
        return Periodic.RunAsync(Period, Tick, time, logger, cancellationToken);
    }

    private void Tick()
    {
        var workers = pool.Workers();
        var sinceLast = time.GetElapsedTime(last);

        // If we were the ones who slept (stopped, starved), the workers' silence says nothing.
        if (sinceLast > options.HangTimeout / 2)
            workers.ForEach(worker => worker.Client.ForgiveSilence());
        else if (sinceLast > Period)
            late += sinceLast - Period;
        last = time.GetTimestamp();
        workers.ForEach(Check);
        if (++ticks % TicksPerUpkeep == 0)
            KeepUp(workers);
    }

    private void Check(Worker worker)
    {
        if (worker.State is not (WorkerState.Starting or WorkerState.Ready or WorkerState.Leased))
            return;
        var silence = worker.Client.SinceLastAnswer;
        MeasureWait(worker, silence);
        if (worker.State == WorkerState.Starting || silence < options.ProbeInterval)
            return; // Whether a start has failed is decided where it was begun.
        if (probing.TryAdd(worker, 0))
            _ = ProbeAsync(worker);
        if (silence >= options.StarvedTimeout || (silence - worker.Waited >= options.HangTimeout && IsOwed(worker)))
            StopHung(worker, silence);
    }

    // It was asked in time, and not one byte of a reply is here.
    private bool IsOwed(Worker worker) => worker.Client.Unanswered >= options.HangTimeout - Asked;

    // Begins when it was asked in the last round, and has not answered at once as most do: two small files are read for each of its
    // threads.
    private void MeasureWait(Worker worker, TimeSpan silence)
    {
        if (silence < Asked)
            (worker.Starvation, worker.Waited) = (null, TimeSpan.Zero);
        else
            worker.Waited = (worker.Starvation ??= BeginMeasuring(worker))();
    }

    // We ask it and hear it: what comes late through us is not its fault either.
    private Func<TimeSpan> BeginMeasuring(Worker worker)
    {
        var (its, before) = (machine.MeasureWait(worker.Process, time), late);
        return () => its() is { } waited ? waited + late - before : TimeSpan.Zero;
    }

    private void StopHung(Worker worker, TimeSpan silence)
    {
        logger.LogWarning(
            "{Worker} has not answered for {Silence:0.0} s; {Waited:0.0} s of that it waited for a processor",
            worker, silence.TotalSeconds, worker.Waited.TotalSeconds);
        pool.Stop(worker, StopReason.Hung);
    }

    private async Task ProbeAsync(Worker worker)
    {
        try
        {
            using var reply = await worker.Client.HealthAsync(options.HangTimeout);
            if (reply.Error == WorkerError.Busy)
                worker.Client.ForgiveSilence(); // It was not asked: we are out of descriptors.
        }
        catch (Exception e)
        {
            logger.LogError(e, "{Worker} was not asked for its health through an error of ours", worker);
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
