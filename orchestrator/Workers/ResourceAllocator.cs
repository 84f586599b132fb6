using Steelyard.Machine;
using Steelyard.Records;

namespace Steelyard.Workers;

/// <summary>Gives each worker its folder and port.</summary>
internal sealed class ResourceAllocator(
    RunDirectory directory, PortAllocator ports, WorkerProcesses processes, Leftovers leftovers, WorkerLimiter? limiter = null)
{
    /// <summary>
    /// Reserves an id and a port for a new worker. Throws <see cref="InvalidOperationException"/> when no port is free, and
    /// <see cref="System.Net.Sockets.SocketException"/> when no descriptor is free.
    /// </summary>
    public WorkerResources Reserve() => New(directory.For(directory.NextWorkerId()), ports.Take());

    /// <summary>Takes over the resources of a worker that an earlier orchestrator started.</summary>
    public WorkerResources Adopt(WorkerDirectory folder, WorkerRecord record)
    {
        ports.Claim(record.Port);
        var resources = New(folder, record.Port);
        resources.Adopt(record.Process);
        return resources;
    }

    private WorkerResources New(WorkerDirectory folder, int port) => new(folder, port, ports, processes, leftovers, limiter);
}
