using Steelyard.Contract;
using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.Settings;
using Steelyard.WorkerHttp;

namespace Steelyard.Workers;

/// <summary>Waits until a worker is ready for a session: after its start, and after each session.</summary>
internal sealed class WorkerReadiness(
    WorkerCommand command,
    IMachine machine,
    StartTurns turns,
    BrowserIsolation isolation,
    ForeignBrowsers browsers,
    Options options,
    TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Waits until the worker serves and says that it is free, its browser answers, and the process that we spawned is the one that serves.
    /// Returns false if the worker has exited or the start deadline is over. The deadline starts again while no descriptor is left to ask
    /// the worker.
    /// </summary>
    public async Task<bool> WaitAsync(Worker worker)
    {
        var started = time.GetTimestamp();
        for (var pause = worker.InheritsListener ? TimeSpan.Zero : FirstPause; ; pause = After(pause))
        {
            await Task.WhenAny(worker.Exited, Task.Delay(pause, time));
            var left = TimeLeft(worker, started);
            if (worker.Exited.IsCompleted || left <= TimeSpan.Zero)
                return false;
            using (var health = await worker.Client.HealthAsync(left))
            {
                if (health.Error == WorkerError.Busy)
                    started = time.GetTimestamp();
                if (!health.IsSuccess)
                    continue;
            }

            left = TimeLeft(worker, started);
            if (await StatusAsync(worker, left > TimeSpan.Zero ? left : TimeSpan.Zero) is not { } status)
                continue;
            if (status.IsFree)
            {
                switch (await IsListeningAsync(worker))
                {
                    case false:
                        return false;
                    case true when await browsers.AnswersAsync(worker):
                        await browsers.LearnFromAsync(worker);
                        return true;
                    case null:
                        started = time.GetTimestamp();
                        break;
                }
            }

            // The worker has a session, from an earlier orchestrator or for an unknown reason: end it. If another program listens on the
            // port, leave that program's session alone.
            if (status.SessionId is { Length: > 0 } leftOver && await IsListeningAsync(worker) == true)
                (await worker.Client.EndAsync(command.Protocol.SessionPath(leftOver))).Dispose();
        }
    }

    /// <summary>
    /// Ends the worker's session, if any, and waits until the worker is free. A worker with a browser waits for its turn first, because it
    /// then launches the browser of the next session, which is as much work as a start. Throws <see cref="OperationCanceledException"/> if
    /// cancelled before its turn.
    /// </summary>
    /// <inheritdoc cref="WorkerReset.RunAsync"/>
    public async Task<bool> ResetAsync(Worker worker, string? sessionPath, CancellationToken cancellationToken)
    {
        using var turn = command.Kind == WorkerKind.Chromium && sessionPath is not null ? await turns.TakeAsync(cancellationToken) : null;
        var started = time.GetTimestamp();
        if (!await WorkerReset.RunAsync(worker.Client, sessionPath, options.WorkerStartTimeout, time))
            return false;
        while (!await browsers.AnswersAsync(worker))
        {
            if (worker.Exited.IsCompleted || time.GetElapsedTime(started) > options.WorkerStartTimeout)
                return false;
            await Task.Delay(LongestPause, time, cancellationToken);
        }

        await browsers.LearnFromAsync(worker);
        return true;
    }

    /// <summary>Looks at an adopted worker that has a session.</summary>
    public Task LookAtAsync(Worker worker) => browsers.LearnFromAsync(worker);

    // Returns null if the worker does not answer.
    private async Task<WorkerStatus?> StatusAsync(Worker worker, TimeSpan within)
    {
        using var reply = await worker.Client.StatusAsync(within);
        if (!reply.IsSuccess || command.Protocol.ReadStatus(reply.Body.Span) is not { } status)
            return null;
        if (command.Kind == WorkerKind.Chromium)
            isolation.Take(status.Isolation);
        return status;
    }

    // Time in which the worker waited for a processor does not count, up to a limit.
    private TimeSpan TimeLeft(Worker worker, long started)
    {
        var excused = worker.Waited < options.StarvedTimeout ? worker.Waited : options.StarvedTimeout;
        return options.WorkerStartTimeout + excused - time.GetElapsedTime(started);
    }

    private static TimeSpan After(TimeSpan pause) => TimeSpan.FromTicks(Math.Clamp(pause.Ticks * 2, FirstPause.Ticks, LongestPause.Ticks));

    // Returns null if no descriptor is left to read /proc.
    private async Task<bool?> IsListeningAsync(Worker worker)
    {
        if (worker.InheritsListener)
            return true;
        try
        {
            return await machine.IsListeningAsync(worker.Process, worker.Port);
        }
        catch (IOException e) when (Shortage.IsIn(e))
        {
            return null;
        }
    }
}
