using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.Records;
using Steelyard.Settings;
using Steelyard.WorkerHttp;

namespace Steelyard.Workers;

/// <summary>Spawns worker processes, and adopts those of an earlier orchestrator.</summary>
internal sealed class WorkerStarter(
    WorkerCommand command,
    RunDirectory directory,
    ResourceAllocator resources,
    IMachine machine,
    WorkerClients clients,
    Options options,
    TimeProvider time)
{
    // An adopted worker of another version, or with other rules for its browser, is replaced when it is free.
    private string Program =>
        $"{command.Fingerprint}; egress {string.Join(' ', options.EgressRules)}; folders {string.Join(':', options.BrowserFolders)}";

    /// <summary>
    /// Spawns a worker. Throws <see cref="ProcessStartException"/>, <see cref="IOException"/>, <see cref="UnauthorizedAccessException"/>,
    /// <see cref="InvalidOperationException"/> or <see cref="System.Net.Sockets.SocketException"/>.
    /// </summary>
    public async Task<Worker> StartAsync(int restarts, string? previousExit)
    {
        var own = resources.Reserve();
        IProcess? process = null;
        try
        {
            own.Prepare();
            process = machine.Start(SpecOf(own));
            own.Register(process.Identity);
            own.Directory.WriteRecord(new(process.Identity, own.Port, restarts, command.Kind, Program));
            return new(machine, process, clients.For(own.Port), own, command.Kind == WorkerKind.Chromium, time)
            {
                Restarts = restarts,
                PreviousExit = previousExit,
            };
        }
        catch
        {
            process?.TrySendToGroup(Signal.Kill);
            await own.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adopts a worker that an earlier orchestrator started. Returns null if its process has ended.</summary>
    public Worker? TryAdopt(WorkerDirectory folder, WorkerRecord record)
    {
        if (machine.TryAdopt(record.Process) is not { } process)
            return null;
        var own = resources.Adopt(folder, record);
        return new(machine, process, clients.For(own.Port), own, record.Kind == WorkerKind.Chromium, time)
        {
            Restarts = record.Restarts,
            IsOutdated = record.Program != Program,
        };
    }

    private ProcessSpec SpecOf(WorkerResources own) => new(command.Path, command.Arguments)
    {
        LogPath = own.Directory.Log.Path,
        Environment = WorkerEnvironment.For(
            own, WorkerToken.Of(directory.Secret, own.Directory.Id), WorkerLimits.For(command.Kind, options), options),
        Mark = WorkerToken.MarkOf(directory.Secret, own.Directory.Id),
    };
}
