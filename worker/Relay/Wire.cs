using System.Net.Security;
using System.Net.Sockets;

namespace SteelBrowser.Relay;

/// <summary>One side of a relayed connection: a socket, perhaps with TLS over it.</summary>
/// <param name="socket">The socket; disposed with the wire.</param>
/// <param name="stream">The stream over the socket; disposed with the wire.</param>
/// <param name="traffic">Counts the bytes; null for the browser's side.</param>
internal sealed class Wire(Socket socket, Stream stream, Traffic? traffic) : IDisposable
{
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var read = await stream.ReadAsync(buffer, cancellationToken);
        traffic?.AddReceived(read);
        return read;
    }

    /// <summary>Reads exactly this many bytes. Throws <see cref="EndOfStreamException"/> when fewer arrive.</summary>
    public async ValueTask<byte[]> ReadExactlyAsync(int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        traffic?.AddReceived(count);
        return bytes;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(bytes, cancellationToken);
        traffic?.AddSent(bytes.Length);
    }

    /// <summary>Tells the other side that nothing more will come.</summary>
    public async ValueTask EndAsync()
    {
        if (stream is SslStream secure)
            await secure.ShutdownAsync();
        socket.Shutdown(SocketShutdown.Send);
    }

    public void Dispose()
    {
        stream.Dispose();
        socket.Dispose();
    }
}
