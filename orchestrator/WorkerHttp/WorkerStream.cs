using System.Net.Sockets;

namespace Steelyard.WorkerHttp;

/// <summary>
/// A connection to a worker for streams of any size. A worker that sends or receives bytes is alive, however long it does not answer
/// other requests.
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

    // A write that the kernel buffers at once proves nothing about the worker. A write that had to wait continued because the worker read.
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var write = base.WriteAsync(buffer, cancellationToken);
        if (write.IsCompletedSuccessfully)
            return;
        await write;
        worker.ForgiveSilence();
    }
}
