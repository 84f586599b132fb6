using Steelyard.Processes;
using Steelyard.Records;

namespace Steelyard.Workers;

/// <summary>
/// What one worker occupies on this machine: its folder, its port, its processes and its control group. Disposing is the only way to free
/// them: it kills the processes that the worker left behind. It throws <see cref="IOException"/> or
/// <see cref="UnauthorizedAccessException"/> if the folder cannot be deleted.
/// </summary>
internal sealed class WorkerResources(ResourceAllocator allocator, WorkerDirectory directory, int port) : IAsyncDisposable
{
    public WorkerDirectory Directory => directory;

    /// <summary>TCP port on the IPv4 loopback address.</summary>
    public int Port => port;

    /// <summary>The control group in which the kernel enforces the worker's limits; null if the node enforces them.</summary>
    public ControlGroup? Group { get; set; }

    /// <summary>The worker has been spawned, so it may leave processes behind.</summary>
    public bool HasProcess { get; set; }

    /// <summary>Creates the folder. Call it before the process is spawned.</summary>
    public void Prepare() => allocator.Prepare(this);

    /// <summary>Registers the process that has just been spawned, and sets its limits.</summary>
    public void Register(ProcessIdentity process)
    {
        HasProcess = true;
        Group = allocator.Limit(this, process);
    }

    public ValueTask DisposeAsync() => new(allocator.FreeAsync(this));
}
