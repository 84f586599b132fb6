using System.Buffers;
using System.Net.Sockets;

namespace Steelyard.Cdp;

/// <summary>
/// Moves bytes between a client's upgraded connection and a browser, in both directions, until one side or the session ends. Buffers are
/// small and fixed, so that a slow reader slows down the other side. When the node ends the connection, the client gets a close frame with
/// the reason.
/// </summary>
/// <param name="client">The client's side.</param>
/// <param name="browser">The browser's side.</param>
/// <param name="attached">Is told what others learn of this tunnel.</param>
/// <param name="patience">
/// How long a client may be silent. During this time the client gets four pings (RFC 6455 §5.5.2); null sends no pings and sets no limit.
/// The client's pongs are forwarded to the browser, which accepts them as unsolicited pongs.
/// </param>
/// <param name="time">Clock for all timeouts.</param>
/// <param name="onMessage">Called when a part of a message of the client has arrived; null to ignore it.</param>
/// <param name="messages">Translates messages that name what the browser cannot use as it is; null to pass on all unchanged.</param>
internal sealed class Tunnel(
    Stream client,
    UpstreamWebSocket browser,
    AttachedClients.AttachedClient attached,
    TimeSpan? patience,
    TimeProvider time,
    Action? onMessage = null,
    ClientMessages? messages = null)
{
    private const int BufferSize = 16 * 1024, Pings = 4;
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(5);

    private readonly SemaphoreSlim turn = new(1); // Held while writing to the client.
    private readonly MessageFilter up = new(messages is null ? static _ => false : ClientMessages.IsOfInterest);
    private readonly MessageFilter down = new(beginning => DialogWatch.IsOfInterest(beginning) || messages?.IsProgress(beginning) == true);
    private WebSocketFrames toClient = new(), fromClient = new();
    private long lastSign = time.GetTimestamp();
    private bool clientLeft;

    /// <summary>
    /// Runs until the tunnel ends. Never throws: any failure ends the tunnel. False when no close frame can be sent to the client: the
    /// caller must then abort its connection.
    /// </summary>
    /// <param name="farewell">
    /// Returns the close code and the reason for the client. Called when the node ends the tunnel, or when the browser disconnects without
    /// a close frame.
    /// </param>
    /// <param name="cancellationToken">Ends the tunnel.</param>
    public async Task<bool> RunAsync(Func<Task<(ushort Code, string Reason)>> farewell, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var rising = PumpAsync(ClientToBrowserAsync, over);
        var falling = PumpAsync(BrowserToClientAsync, over);
        var beat = patience is { } most ? BeatAsync(most, over.Token) : Task.Delay(Timeout.Infinite, over.Token);
        var first = await Task.WhenAny(rising, falling, beat);
        await over.CancelAsync();
        await Task.WhenAll(rising, falling, beat).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        attached.End(clientLeft || fromClient.SawClose ? "the client left"
            : cancellationToken.IsCancellationRequested ? "the session or the node ended"
            : first == beat ? "the client did not answer pings"
            : "the browser closed the connection");
        if (clientLeft || toClient.SawClose)
            return true;

        // The node may end the tunnel, and the beat with it, before the two directions end.
        var clientIsDead = first == beat && beat.IsCompletedSuccessfully;
        return !clientIsDead && toClient.IsBetweenFrames && await TrySayFarewellAsync(await farewell());
    }

    private static async Task PumpAsync(Func<byte[], CancellationToken, Task> pump, CancellationTokenSource over)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await pump(buffer, over.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has disconnected, or the tunnel is being ended.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task ClientToBrowserAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        int count;
        while ((count = await ReadClientAsync(buffer, cancellationToken)) > 0)
        {
            attached.CountToBrowser(count);
            fromClient.Advance(buffer.AsSpan(0, count));
            if (fromClient.SawMessage)
                onMessage?.Invoke();

            await PassUpAsync(buffer.AsMemory(0, count), cancellationToken);
        }
    }

    private async ValueTask PassUpAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            var (passed, message) = up.Next(ref bytes);
            await SendAsync(passed, cancellationToken);
            if (message is null)
                continue;
            var (toBrowser, answer) = await messages!.TranslateAsync(message).WaitAsync(cancellationToken);
            if (toBrowser is not null)
                await SendAsync(WebSocketFrames.Text(toBrowser, masked: true), cancellationToken);
            if (answer is not null)
                await InsertAsync(WebSocketFrames.Text(answer, masked: false), cancellationToken);
        }
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
            bytes = bytes[await browser.Socket.SendAsync(bytes, cancellationToken)..];
    }

    // Sends a message of our own to the client, between two of the browser's (RFC 6455 §5.4).
    private async Task InsertAsync(byte[] frame, CancellationToken cancellationToken)
    {
        for (; ; await Task.Delay(FrameTime, time, cancellationToken))
        {
            await turn.WaitAsync(cancellationToken);
            try
            {
                if (toClient.SawClose)
                    return;
                if (toClient.IsBetweenMessages)
                {
                    await WriteAsync(frame, cancellationToken);
                    return;
                }
            }
            finally
            {
                turn.Release();
            }
        }
    }

    private async ValueTask<int> ReadClientAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        var count = 0;
        try
        {
            return count = await client.ReadAsync(buffer, cancellationToken);
        }
        finally
        {
            Volatile.Write(ref lastSign, time.GetTimestamp());
            clientLeft = count == 0 && !cancellationToken.IsCancellationRequested;
        }
    }

    private async Task BrowserToClientAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        await PassDownAsync(browser.Early, cancellationToken);
        int count;
        while ((count = await browser.Socket.ReceiveAsync(buffer.AsMemory(), cancellationToken)) > 0)
        {
            attached.CountToClient(count);
            await PassDownAsync(buffer.AsMemory(0, count), cancellationToken);
        }
    }

    private async ValueTask PassDownAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            var (passed, message) = down.Next(ref bytes);
            await ForwardAsync(passed, cancellationToken);
            if (message is null)
                continue;
            if (!attached.Dialogs.TryTake(message))
                await messages!.FollowAsync(message).WaitAsync(cancellationToken);
            await ForwardAsync(WebSocketFrames.Text(message, masked: false), cancellationToken);
        }
    }

    private async ValueTask ForwardAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (bytes.Length == 0)
            return;
        await turn.WaitAsync(cancellationToken);
        try
        {
            await WriteAsync(bytes, cancellationToken);
            Volatile.Write(ref lastSign, time.GetTimestamp()); // The client has taken what was sent before.
        }
        finally
        {
            turn.Release();
        }
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        // A write that has begun sends its bytes even if it is cancelled later. So the frame state advances only if the write begins.
        cancellationToken.ThrowIfCancellationRequested();
        toClient.Advance(bytes.Span);
        await client.WriteAsync(bytes, cancellationToken);
    }

    // Returns when the client has shown no sign of life for too long.
    private async Task BeatAsync(TimeSpan most, CancellationToken cancellationToken)
    {
        var pause = most / Pings;
        while (time.GetElapsedTime(Volatile.Read(ref lastSign)) < most - pause)
        {
            await Task.Delay(pause, time, cancellationToken);

            // No ping during another write or within a frame: the client has to take that data first.
            if (!await turn.WaitAsync(TimeSpan.Zero, cancellationToken))
                continue;
            try
            {
                if (toClient.IsBetweenFrames && !toClient.SawClose)
                    await WriteAsync(WebSocketFrames.Ping, cancellationToken);
            }
            finally
            {
                turn.Release();
            }
        }
    }

    private async Task<bool> TrySayFarewellAsync((ushort Code, string Reason) words)
    {
        using var deadline = new CancellationTokenSource(FarewellTime, time);
        try
        {
            await client.WriteAsync(WebSocketFrames.Close(words.Code, words.Reason), deadline.Token);
            return true;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            return false;
        }
    }
}
