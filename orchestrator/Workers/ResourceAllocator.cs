using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.Records;

namespace Steelyard.Workers;

/// <summary>Gives each worker its folder and port, and knows which processes are its own.</summary>
internal sealed class ResourceAllocator(
    RunDirectory directory, PortAllocator ports, WorkerProcesses processes, Leftovers leftovers, WorkerLimiter? limiter = null)
{
    /// <summary>
    /// Reserves an id and a port for a new worker. Throws <see cref="InvalidOperationException"/> when no port is free, and
    /// <see cref="System.Net.Sockets.SocketException"/> when no descriptor is free.
    /// </summary>
    public WorkerResources Reserve() => new(this, directory.For(directory.NextWorkerId()), ports.Take());

    /// <summary>Takes over the resources of a worker that an earlier orchestrator started.</summary>
    public WorkerResources Adopt(WorkerDirectory folder, WorkerRecord record)
    {
        ports.Claim(record.Port);
        processes.Set(folder.Id, record.Process);
        return new(this, folder, record.Port) { Group = limiter?.Find(folder.Id), HasProcess = true };
    }

    internal void Prepare(WorkerResources resources)
    {
        resources.Directory.Create();
        processes.Announce(resources.Directory.Id);
    }

    internal ControlGroup? Limit(WorkerResources resources, ProcessIdentity process)
    {
        processes.Set(resources.Directory.Id, process);
        return limiter?.Hold(resources.Directory.Id, process.Pid);
    }

    internal async Task FreeAsync(WorkerResources resources)
    {
        processes.Remove(resources.Directory.Id);
        resources.Group?.TryKill();
        if (resources.HasProcess)
            await leftovers.KillAsync(resources.Directory.Id);
        ports.Return(resources.Port);
        resources.Group?.TryRemove();
        resources.Directory.Delete();
    }
}
