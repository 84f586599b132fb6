using Steelyard.Contract;
using System.Globalization;
using System.Threading.Channels;
using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.Records;
using Steelyard.Settings;
using Steelyard.WorkerHttp;

namespace Steelyard.Workers;

/// <summary>Starts worker processes, a few at a time, and tells when one serves.</summary>
internal sealed class WorkerStarter(
    WorkerCommand command, RunDirectory directory, IMachine machine, IConnector connector, WorkerProcesses processes, Leftovers leftovers, BrowserIsolation isolation, Options options, TimeProvider time, WorkerLimiter? limiter = null, Random? random = null)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    // A worker that hangs at its start must not keep the others from starting.
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(2);

    private readonly Channel<byte> turns = StartTurn.Places(options.StartConcurrency);
    private readonly PortAllocator ports = new(machine, options.FirstWorkerPort, options.LastWorkerPort, random);

    // An adopted worker of another version, or with other rules for its browser, is replaced once it is free.
    private string Program => $"{command.Fingerprint}; egress {string.Join(' ', options.EgressRules)}; folders {string.Join(':', options.BrowserFolders)}";

    /// <summary>Waits for a turn: browsers that start all at once start later than one after the other.</summary>
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
            var client = new WorkerClient(connector, command.Protocol, port, options.MaxReplyBytes, options.WorkerTimeout, time, options.KeptWorkerConnections);
            folder.WriteRecord(new(process.Identity, port, restarts, command.Kind, Program));
            return new(machine, process, client, folder, restarts, previousExit, command.Kind == WorkerKind.Chromium, time) { Group = group };
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

    /// <summary>Takes hold of a worker that an earlier orchestrator has started; null when its process is gone.</summary>
    public Worker? TryAdopt(WorkerDirectory folder, WorkerRecord record)
    {
        if (machine.TryAdopt(record.Process) is not { } process)
            return null;
        ports.Claim(record.Port);
        processes.Set(folder.Id, record.Process);
        var client = new WorkerClient(connector, command.Protocol, record.Port, options.MaxReplyBytes, options.WorkerTimeout, time, options.KeptWorkerConnections);
        return new(machine, process, client, folder, record.Restarts, null, record.Kind == WorkerKind.Chromium, time)
        {
            Group = limiter?.Find(folder.Id),
            IsOutdated = record.Program != Program,
        };
    }

    // Our own settings are no business of a worker's, keys least of all.
    private Dictionary<string, string?> EnvironmentFor(int port, WorkerDirectory folder)
    {
        var variables = OwnVariables.Names().ToDictionary(name => name, _ => (string?)null);
        variables[EnvironmentNames.Host] = "127.0.0.1"; // Some programs listen everywhere unless told.
        variables[EnvironmentNames.Port] = port.ToString(CultureInfo.InvariantCulture);
        (variables[EnvironmentNames.MaxBody], variables[EnvironmentNames.MaxSetup]) = ($"{options.MaxBodyBytes}", $"{6L * options.MaxContextBytes}"); // A byte may be escaped as six.
        variables[EnvironmentNames.MaxFiles] = limiter?.Limits.MaxUploads?.ToString(CultureInfo.InvariantCulture);
        variables[EnvironmentNames.WorkerDirectory] = variables["TMPDIR"] = folder.Path;
        variables[EnvironmentNames.WorkerToken] = WorkerToken.Of(directory.Secret, folder.Id);
        variables[EnvironmentNames.Egress] = string.Join(' ', options.EgressRules);
        variables[EnvironmentNames.BrowserFolders] = string.Join(':', options.BrowserFolders);
        return variables;
    }

    /// <summary>
    /// True once it serves and says that it is free, and it is the process we spawned that does; false at the start deadline. That begins
    /// anew while we have no descriptor to ask it with.
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
            using var status = await worker.Client.StatusAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            if (status.IsSuccess && command.Kind == WorkerKind.Chromium)
                isolation.Take(status.Body.Span);
            if (status.IsSuccess && command.Protocol.SaysFree(status.Body.Span))
            {
                if (await IsListeningAsync(worker) is { } isListening)
                    return isListening;
                started = time.GetTimestamp();
            }

            // Of an earlier orchestrator, or its own invention. A stranger on the port may have one, too: that is no business of ours.
            if (status.IsSuccess && command.Protocol.TryReadSession(status.Body.Span, out var leftOver) && await IsListeningAsync(worker) == true)
                (await worker.Client.EndAsync(command.Protocol.SessionPath(leftOver))).Dispose();
        }
    }

    // Time in which it waited for a processor does not count, up to a bound.
    private TimeSpan TimeLeft(Worker worker, long started)
    {
        var excused = worker.Waited < options.StarvedTimeout ? worker.Waited : options.StarvedTimeout;
        return options.WorkerStartTimeout + excused - time.GetElapsedTime(started);
    }

    // Null when we cannot look for want of a descriptor.
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

    /// <summary>Cleans a worker. Throws <see cref="OperationCanceledException"/> when that comes before its turn.</summary>
    /// <inheritdoc cref="WorkerCleaner.CleanAsync"/>
    public async Task<bool> CleanAsync(Worker worker, string? sessionPath, CancellationToken cancellationToken)
    {
        // At a session's end a browser is launched for the next, which is as much work as a start.
        using var turn = command.Kind == WorkerKind.Chromium && sessionPath is not null ? await TakeTurnAsync(cancellationToken) : null;
        return await WorkerCleaner.CleanAsync(worker.Client, sessionPath, options.WorkerStartTimeout, time);
    }

    /// <summary>
    /// Kills what a worker has left, and gives back what it had beside its process. Throws <see cref="IOException"/> when its folder
    /// cannot be deleted.
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
