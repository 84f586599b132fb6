using System.Net.Sockets;

namespace SteelBrowser.DevTools;

/// <summary>
/// Writes messages to a browser's debugging pipe, one after the other, each whole or not at all. A browser that does not read for as long as
/// <see cref="StallDeadline"/> has broken the pipe: it is closed, and with it every call fails.
/// </summary>
internal sealed class DevToolsSender(Socket socket, TimeProvider time)
{
    // Small, so that each one that has gone through tells that the browser reads.
    private const int ChunkBytes = 64 * 1024;
    private static readonly TimeSpan StallDeadline = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim turn = new(1);
    private long lastDrained;

    /// <summary>Timestamp of the last moment at which the browser made room for what waited; 0 when nothing ever had to wait.</summary>
    public long LastDrained => Volatile.Read(ref lastDrained);

    /// <summary>
    /// Returns when the message is sent. At the deadline a message not yet begun is dropped; one that has been begun goes on without its caller,
    /// because half of one would garble all that follow. Throws <see cref="OperationCanceledException"/> at the deadline, and
    /// <see cref="BrowserLostException"/> when the pipe is broken.
    /// </summary>
    public async Task SendAsync(ReadOnlyMemory<byte> message, CancellationToken deadline)
    {
        await turn.WaitAsync(deadline);
        await SendWholeAsync(message).WaitAsync(deadline);
    }

    private async Task SendWholeAsync(ReadOnlyMemory<byte> message)
    {
        try
        {
            while (message.Length > 0)
            {
                var chunk = message[..Math.Min(message.Length, ChunkBytes)];
                await SendChunkAsync(chunk);
                message = message[chunk.Length..];
            }
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            throw new BrowserLostException($"the browser did not read from its debugging pipe for {StallDeadline.TotalSeconds} s");
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new BrowserLostException("the browser closed its debugging pipe");
        }
        finally
        {
            turn.Release();
        }
    }

    private async ValueTask SendChunkAsync(ReadOnlyMemory<byte> chunk)
    {
        using var stall = new CancellationTokenSource(StallDeadline, time);
        while (chunk.Length > 0)
        {
            var sending = socket.SendAsync(chunk, SocketFlags.None, stall.Token);
            var waited = !sending.IsCompleted;
            chunk = chunk[await sending..];
            if (waited)
                Volatile.Write(ref lastDrained, time.GetTimestamp());
        }
    }
}
