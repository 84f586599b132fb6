using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.Recordings;
using Steelyard.Records;

namespace Steelyard.Workers;

/// <summary>
/// What one worker occupies on this machine: its folder, its port, its processes and its control group. <see cref="DisposeAsync"/> is the
/// only way to free them.
/// </summary>
internal sealed class WorkerResources(
    WorkerDirectory directory, int port, PortAllocator ports, WorkerProcesses processes, Leftovers leftovers, WorkerLimiter? limiter,
    RecordingStore? recordings)
    : IAsyncDisposable
{
    private bool hasProcess;

    public WorkerDirectory Directory => directory;

    /// <summary>TCP port on the IPv4 loopback address.</summary>
    public int Port => port;

    /// <summary>The control group in which the kernel enforces the worker's limits; null if the node enforces them.</summary>
    public ControlGroup? Group { get; private set; }

    /// <summary>Creates the folder. Call it before the process is spawned.</summary>
    public void Prepare()
    {
        directory.Create();
        processes.Announce(directory.Id);
    }

    /// <summary>Registers the process that has just been spawned, and sets its limits.</summary>
    public void Register(ProcessIdentity process)
    {
        hasProcess = true;
        processes.Set(directory.Id, process);
        Group = limiter?.Hold(directory.Id, process.Pid);
    }

    /// <summary>Registers the process that an earlier orchestrator spawned.</summary>
    public void Adopt(ProcessIdentity process)
    {
        hasProcess = true;
        processes.Set(directory.Id, process);
        Group = limiter?.Find(directory.Id);
    }

    /// <summary>Takes what the worker has recorded of sessions that have left it. Never throws.</summary>
    public void CollectRecordings() => recordings?.Collect(directory);

    /// <summary>
    /// Kills the processes that the worker left behind, and frees its port, control group and folder. Throws <see cref="IOException"/> or
    /// <see cref="UnauthorizedAccessException"/> if the folder cannot be deleted.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        processes.Remove(directory.Id);
        Group?.TryKill();
        if (hasProcess)
            await leftovers.KillAsync(directory.Id);
        ports.Return(port);
        Group?.TryRemove();
        CollectRecordings();
        directory.Delete();
    }
}
