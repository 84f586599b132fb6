using System.Net.Sockets;
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
    /// Spawns a worker, if there is memory for it. Throws <see cref="ProcessStartException"/>, <see cref="IOException"/>,
    /// <see cref="UnauthorizedAccessException"/>, <see cref="InvalidOperationException"/> or <see cref="SocketException"/>.
    /// </summary>
    public async Task<Worker> StartAsync(int restarts, string? previousExit)
    {
        if (machine.MemoryShortage(options.MemoryReserve) is { } why)
            throw new IOException(why);
        var (own, listener) = resources.Reserve();
        using var ours = listener; // With a copy of ours, the kernel would accept connections for a dead worker.
        IProcess? process = null;
        try
        {
            own.Prepare();
            process = Spawn(own, listener);
            own.Register(process.Identity);
            own.Directory.WriteRecord(new(process.Identity, own.Port, restarts, command.Kind, Program));
            return new(machine, process, clients.For(own.Port), own, command.Kind == WorkerKind.Chromium, time)
            {
                Restarts = restarts,
                PreviousExit = previousExit,
                InheritsListener = command.IsBundled,
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

    // A bundled worker inherits the listening socket. Other workers open their port themselves.
    private IProcess Spawn(WorkerResources own, Socket listener)
    {
        if (!command.IsBundled)
            listener.Dispose();
        return machine.Start(new(command.Path, command.Arguments)
        {
            LogPath = own.Directory.Log.Path,
            Environment = WorkerEnvironment.For(own, command, WorkerToken.Of(directory.Secret, own.Directory.Id), options),
            Mark = WorkerToken.MarkOf(directory.Secret, own.Directory.Id),
            InheritedHandles = command.IsBundled ? [listener.SafeHandle] : [],
        });
    }
}
