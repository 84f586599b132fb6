using System.Net.Sockets;

namespace Steelyard.WorkerHttp;

/// <summary>
/// A connection to a worker that moves bytes of whatever size. A worker that takes or sends some is alive, however long it answers nothing
/// else.
/// </summary>
internal sealed class WorkerStream(Socket socket, WorkerClient worker) : NetworkStream(socket, ownsSocket: true)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await base.ReadAsync(buffer, cancellationToken);
        if (count > 0)
            worker.ForgiveSilence();
        return count;
    }

    // What the kernel takes at once says nothing of the worker; a write that had to wait went on because the worker has read.
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var write = base.WriteAsync(buffer, cancellationToken);
        if (write.IsCompletedSuccessfully)
            return;
        await write;
        worker.ForgiveSilence();
    }
}
