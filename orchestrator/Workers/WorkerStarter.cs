using System.Globalization;
using System.Threading.Channels;
using Steelyard.Contract;
using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.Records;
using Steelyard.Settings;
using Steelyard.WorkerHttp;

namespace Steelyard.Workers;

/// <summary>Starts worker processes, a few at a time, waits until they are ready, and cleans up after them.</summary>
internal sealed class WorkerStarter(
    WorkerCommand command,
    RunDirectory directory,
    IMachine machine,
    IConnector connector,
    WorkerProcesses processes,
    Leftovers leftovers,
    BrowserIsolation isolation,
    Options options,
    TimeProvider time,
    WorkerLimiter? limiter = null,
    Random? random = null)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    // A worker that hangs during its start must not block the starts of the others.
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(2);

    private readonly SpareConnections spare = new(options.SpareWorkerConnections);
    private readonly Channel<byte> turns = StartTurn.Places(options.StartConcurrency);
    private readonly PortAllocator ports = new(machine, options.FirstWorkerPort, options.LastWorkerPort, random);

    // An adopted worker of another version, or with other rules for its browser, is replaced when it is free.
    private string Program =>
        $"{command.Fingerprint}; egress {string.Join(' ', options.EgressRules)}; folders {string.Join(':', options.BrowserFolders)}";

    /// <summary>
    /// Waits for a turn to start a worker: browsers that all start at once become ready later than browsers that start one after the
    /// other. Throws <see cref="OperationCanceledException"/>.
    /// </summary>
    public async Task<StartTurn> TakeTurnAsync(CancellationToken cancellationToken)
    {
        await turns.Reader.ReadAsync(cancellationToken);
        return new(turns, time, LongestTurn);
    }

    /// <summary>
    /// Spawns a worker. Throws <see cref="ProcessStartException"/>, <see cref="IOException"/> or <see cref="InvalidOperationException"/>.
    /// </summary>
    public Worker Start(int restarts, string? previousExit)
    {
        var folder = directory.For(directory.NextWorkerId());
        var port = ports.Take();
        IProcess? process = null;
        ControlGroup? group = null;
        try
        {
            folder.Create();
            processes.Announce(folder.Id);
            process = machine.Start(new(command.Path, command.Arguments)
            {
                LogPath = folder.Log.Path,
                Environment = EnvironmentFor(port, folder),
                Mark = WorkerToken.MarkOf(directory.Secret, folder.Id),
            });
            processes.Set(folder.Id, process.Identity);
            group = limiter?.Hold(folder.Id, process.Identity.Pid);
            var client = new WorkerClient(
                connector, command.Protocol, port, options.MaxReplyBytes, options.WorkerTimeout, time, spare);
            folder.WriteRecord(new(process.Identity, port, restarts, command.Kind, Program));
            return new(machine, process, client, folder, command.Kind == WorkerKind.Chromium, time)
            {
                Restarts = restarts,
                PreviousExit = previousExit,
                Group = group,
            };
        }
        catch
        {
            process?.TrySendToGroup(Signal.Kill);
            processes.Remove(folder.Id);
            if (process is not null)
                _ = leftovers.KillAsync(folder.Id);
            ports.Return(port);
            folder.Delete();
            throw;
        }
    }

    /// <summary>Adopts a worker that an earlier orchestrator started. Returns null if its process has ended.</summary>
    public Worker? TryAdopt(WorkerDirectory folder, WorkerRecord record)
    {
        if (machine.TryAdopt(record.Process) is not { } process)
            return null;
        ports.Claim(record.Port);
        processes.Set(folder.Id, record.Process);
        var client = new WorkerClient(
            connector, command.Protocol, record.Port, options.MaxReplyBytes, options.WorkerTimeout, time, spare);
        return new(machine, process, client, folder, record.Kind == WorkerKind.Chromium, time)
        {
            Restarts = record.Restarts,
            Group = limiter?.Find(folder.Id),
            IsOutdated = record.Program != Program,
        };
    }

    // Workers must not see the node's settings, above all not its keys.
    private Dictionary<string, string?> EnvironmentFor(int port, WorkerDirectory folder)
    {
        var variables = OwnVariables.Names().ToDictionary(name => name, _ => (string?)null);
        variables[EnvironmentNames.Host] = "127.0.0.1"; // Some programs listen on all addresses by default.
        variables[EnvironmentNames.Port] = port.ToString(CultureInfo.InvariantCulture);

        // JSON may escape one byte as six.
        (variables[EnvironmentNames.MaxBody], variables[EnvironmentNames.MaxSetup]) =
            ($"{options.MaxBodyBytes}", $"{6L * options.MaxContextBytes}");
        variables[EnvironmentNames.MaxFiles] = limiter?.Limits.MaxUploads?.ToString(CultureInfo.InvariantCulture);
        variables[EnvironmentNames.WorkerDirectory] = variables["TMPDIR"] = folder.Path;
        variables[EnvironmentNames.WorkerToken] = WorkerToken.Of(directory.Secret, folder.Id);
        variables[EnvironmentNames.Egress] = string.Join(' ', options.EgressRules);
        variables[EnvironmentNames.BrowserFolders] = string.Join(':', options.BrowserFolders);
        return variables;
    }

    /// <summary>
    /// Waits until the worker serves and says that it is free, and the process that we spawned is the one that answers. Returns false if
    /// the worker has exited or the start deadline is over. The deadline starts again while no descriptor is left to ask the worker.
    /// </summary>
    public async Task<bool> WaitReadyAsync(Worker worker)
    {
        var started = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
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
            using var reply = await worker.Client.StatusAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            if (!reply.IsSuccess || command.Protocol.ReadStatus(reply.Body.Span) is not { } status)
                continue;
            if (command.Kind == WorkerKind.Chromium)
                isolation.Take(status.Isolation);
            if (status.IsFree)
            {
                if (await IsListeningAsync(worker) is { } isListening)
                    return isListening;
                started = time.GetTimestamp();
            }

            // The worker has a session, from an earlier orchestrator or for an unknown reason: end it. If another program listens on the
            // port, leave that program's session alone.
            if (status.SessionId is { Length: > 0 } leftOver && await IsListeningAsync(worker) == true)
                (await worker.Client.EndAsync(command.Protocol.SessionPath(leftOver))).Dispose();
        }
    }

    // Time in which the worker waited for a processor does not count, up to a limit.
    private TimeSpan TimeLeft(Worker worker, long started)
    {
        var excused = worker.Waited < options.StarvedTimeout ? worker.Waited : options.StarvedTimeout;
        return options.WorkerStartTimeout + excused - time.GetElapsedTime(started);
    }

    // Returns null if no descriptor is left to read /proc.
    private async Task<bool?> IsListeningAsync(Worker worker)
    {
        try
        {
            return await machine.IsListeningAsync(worker.Process, worker.Port);
        }
        catch (IOException e) when (Shortage.IsIn(e))
        {
            return null;
        }
    }

    /// <summary>Cleans a worker. Throws <see cref="OperationCanceledException"/> if cancelled before its turn.</summary>
    /// <inheritdoc cref="WorkerCleaner.CleanAsync"/>
    public async Task<bool> CleanAsync(Worker worker, string? sessionPath, CancellationToken cancellationToken)
    {
        // At the end of a session the worker launches a browser for the next one, which is as much work as a start.
        using var turn = command.Kind == WorkerKind.Chromium && sessionPath is not null ? await TakeTurnAsync(cancellationToken) : null;
        return await WorkerCleaner.CleanAsync(worker.Client, sessionPath, options.WorkerStartTimeout, time);
    }

    /// <summary>
    /// Kills the processes that a worker left behind, and frees its port, control group and folder. Throws <see cref="IOException"/> if the
    /// folder cannot be deleted.
    /// </summary>
    public async Task CleanUpAsync(Worker worker)
    {
        processes.Remove(worker.Id);
        worker.Group?.TryKill();
        await leftovers.KillAsync(worker.Id);
        ports.Return(worker.Port);
        worker.Group?.TryRemove();
        worker.Directory.Delete();
    }
}
