using System.Net.Sockets;

namespace SteelBrowser.DevTools;

/// <summary>
/// Writes messages to a browser's debugging pipe, one after the other, each completely or not at all. When the browser does not read for as
/// long as <see cref="StallDeadline"/>, the pipe is closed, and then every call fails.
/// </summary>
internal sealed class DevToolsSender(Socket socket, TimeProvider time)
{
    // Small, so that each chunk that has been sent shows that the browser reads.
    private const int ChunkBytes = 64 * 1024;
    private static readonly TimeSpan StallDeadline = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim turn = new(1);
    private long lastDrained;

    /// <summary>Timestamp of the last time that the browser made room for waiting data; 0 when no data has had to wait yet.</summary>
    public long LastDrained => Volatile.Read(ref lastDrained);

    /// <summary>
    /// Returns when the message is sent. At the deadline, a message that has not been started is dropped. A message that has been started
    /// is completed without its caller, because a partial message would corrupt all later ones. Throws
    /// <see cref="OperationCanceledException"/> at the deadline, and <see cref="BrowserLostException"/> when the pipe is broken.
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
