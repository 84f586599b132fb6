using System.Net.Sockets;
using Steelyard.Machine;
using Steelyard.Recordings;
using Steelyard.Records;

namespace Steelyard.Workers;

/// <summary>Gives each worker its folder and port.</summary>
internal sealed class ResourceAllocator(
    RunDirectory directory, PortAllocator ports, WorkerProcesses processes, Leftovers leftovers, WorkerLimiter? limiter = null,
    RecordingStore? recordings = null)
{
    /// <summary>
    /// Reserves an id and a port for a new worker, and listens on the port. Throws <see cref="InvalidOperationException"/> when no port is
    /// free, and <see cref="SocketException"/> when no descriptor is free.
    /// </summary>
    public (WorkerResources Resources, Socket Listener) Reserve()
    {
        var (port, listener) = ports.Take();
        return (New(directory.For(directory.NextWorkerId()), port), listener);
    }

    /// <summary>Takes over the resources of a worker that an earlier orchestrator started.</summary>
    public WorkerResources Adopt(WorkerDirectory folder, WorkerRecord record)
    {
        ports.Claim(record.Port);
        var resources = New(folder, record.Port);
        resources.Adopt(record.Process);
        return resources;
    }

    private WorkerResources New(WorkerDirectory folder, int port) =>
        new(folder, port, ports, processes, leftovers, limiter, recordings);
}
