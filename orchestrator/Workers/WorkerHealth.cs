using System.Collections.Concurrent;

namespace Steelyard.Workers;

/// <summary>
/// One loop that watches all workers of a pool. A stopped process gives no event and still accepts connections: only an answer proves life.
/// A worker is asked when it has said nothing for a while, and stopped when it stays silent.
/// </summary>
internal sealed class WorkerHealth(WorkerPool pool, Options options, TimeProvider time, ILogger<WorkerHealth> logger)
{
    private const int TicksPerInterval = 4;
    private const int TicksPerUpkeep = 20;

    private readonly ConcurrentDictionary<Worker, byte> probing = new();
    private long last;
    private int ticks;

    /// <summary>Runs until cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        last = time.GetTimestamp();
        return Periodic.RunAsync(options.ProbeInterval / TicksPerInterval, Tick, time, logger, cancellationToken);
    }

    private void Tick()
    {
        var workers = pool.Workers();

        // If we were the ones who slept (stopped, starved), the workers' silence says nothing.
        if (time.GetElapsedTime(last) > options.HangTimeout / 2)
            workers.ForEach(worker => worker.Client.ForgiveSilence());
        last = time.GetTimestamp();
        workers.ForEach(Check);
        if (++ticks % TicksPerUpkeep == 0)
            KeepUp(workers);
    }

    private void Check(Worker worker)
    {
        if (worker.State is not (WorkerState.Ready or WorkerState.Leased))
            return;
        var silence = worker.Client.SinceLastAnswer;
        if (silence >= options.HangTimeout)
        {
            logger.LogWarning("{Worker} has not answered for {Silence:0.0} s", worker, silence.TotalSeconds);
            pool.Stop(worker, StopReason.Hung);
        }
        else if (silence >= options.ProbeInterval && probing.TryAdd(worker, 0))
        {
            _ = ProbeAsync(worker);
        }
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
