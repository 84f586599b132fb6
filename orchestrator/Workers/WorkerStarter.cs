using System.Globalization;
using Steelyard.Processes;

namespace Steelyard.Workers;

/// <summary>Starts worker processes, a few at a time, and tells when one serves.</summary>
internal sealed class WorkerStarter(WorkerCommand command, RunDirectory directory, Options options, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    // A worker that hangs at its start must not keep the others from starting.
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim turns = new(options.StartConcurrency);
    private readonly PortAllocator ports = new(options.FirstWorkerPort, options.LastWorkerPort);

    /// <summary>Waits for a turn: browsers that start all at once start later than one after the other.</summary>
    public async Task<StartTurn> TakeTurnAsync(CancellationToken cancellationToken)
    {
        await turns.WaitAsync(cancellationToken);
        return new(turns, time, LongestTurn);
    }

    /// <summary>Spawns a worker. Throws <see cref="ProcessStartException"/>, <see cref="IOException"/> or <see cref="InvalidOperationException"/>.</summary>
    public Worker Start(int restarts, string? previousExit)
    {
        var id = Worker.NextId();
        var folder = directory.For(id);
        var port = ports.Take();
        OsProcess? process = null;
        try
        {
            folder.Create();
            process = OsProcess.Start(new(command.Path, command.Arguments)
            {
                LogPath = folder.Log.Path,
                Environment = EnvironmentFor(port, folder),
            });
            var client = new WorkerClient(port, options.MaxReplyBytes, options.WorkerTimeout, time);
            folder.WriteRecord(new(process.Identity, port));
            return new(id, port, process, client, folder, restarts, previousExit, command.Kind == WorkerKind.Chromium, time);
        }
        catch
        {
            process?.TrySendToGroup(Signal.Kill);
            ports.Return(port);
            folder.Delete();
            throw;
        }
    }

    // Our own settings are no business of a worker's, keys least of all.
    private Dictionary<string, string?> EnvironmentFor(int port, WorkerDirectory folder)
    {
        var variables = CommandLine.OwnVariables().ToDictionary(variable => variable.Key, _ => (string?)null);
        variables[CommandLine.InlineCompletions] = null;
        variables["PORT"] = port.ToString(CultureInfo.InvariantCulture);
        (variables["STEEL_MAX_BODY"], variables["STEEL_MAX_SETUP"]) = ($"{options.MaxBodyBytes}", $"{6L * options.MaxContextBytes}"); // A byte may be escaped as six.
        variables["STEEL_WORKER_DIR"] = variables["TMPDIR"] = folder.Path;
        return variables;
    }

    /// <summary>True once it serves and says that it is free, and it is the process we spawned that does; false at the start deadline.</summary>
    public async Task<bool> WaitReadyAsync(Worker worker)
    {
        var started = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            await Task.WhenAny(worker.Exited, Task.Delay(pause, time));
            var left = options.WorkerStartTimeout - time.GetElapsedTime(started);
            if (worker.Exited.IsCompleted || left <= TimeSpan.Zero)
                return false;
            using (var health = await worker.Client.HealthAsync(left))
            {
                if (!health.IsSuccess)
                    continue;
            }

            left = options.WorkerStartTimeout - time.GetElapsedTime(started);
            using var status = await worker.Client.StatusAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            if (status.IsSuccess && WorkerCleaner.SaysFree(status.Body.Span))
                return await Task.Run(() => PortOwner.IsListening(worker.Pid, worker.Port)); // Reads much of /proc: not where sockets wait.
        }
    }

    /// <summary>Cleans a worker. Throws <see cref="OperationCanceledException"/> when that comes before its turn.</summary>
    /// <inheritdoc cref="WorkerCleaner.CleanAsync"/>
    public async Task<bool> CleanAsync(Worker worker, string? sessionPath, CancellationToken cancellationToken)
    {
        // At a session's end a browser is launched for the next, which is as much work as a start.
        using var turn = command.Kind == WorkerKind.Chromium && sessionPath is not null ? await TakeTurnAsync(cancellationToken) : null;
        return await WorkerCleaner.CleanAsync(worker.Client, sessionPath, options.WorkerStartTimeout, time);
    }

    /// <summary>Gives back what a worker had beside its process. Throws <see cref="IOException"/> when its folder cannot be deleted.</summary>
    public void CleanUp(Worker worker)
    {
        ports.Return(worker.Port);
        worker.Directory.Delete();
    }
}
