using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Steelyard.Processes;

namespace Steelyard.WorkerHttp;

/// <summary>
/// One kept-alive HTTP/1.1 connection to a worker on loopback, used by one call at a time. A fifth of the cost of a general client for
/// the one thing we do: a small request, a small reply, a deadline.
/// </summary>
internal sealed class WorkerConnection : IWorkerConnection
{
    private const int BufferSize = 4096;

    // A node that runs comes to each deadline sooner than this.
    private static readonly TimeSpan Lateness = TimeSpan.FromMilliseconds(500);

    private readonly WorkerClient owner;
    private readonly TimeProvider time;
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly HttpReplyReader reader;
    private readonly ReplyMemory memory;
    private readonly byte[] sendBuffer = new byte[BufferSize / 4];
    private readonly CancellationTokenSource deadline;
    private volatile bool asked; // The worker has the whole request.
    private bool reusable;
    private int call; // The number of the call under way: each ends once.

    public WorkerConnection(WorkerClient owner, ReplyMemory memory, TimeProvider time)
    {
        this.owner = owner;
        this.time = time;
        this.memory = memory;
        reader = new(socket, BufferSize);
        deadline = new(Timeout.InfiniteTimeSpan, time);
    }

    // An idle connection that has become readable was closed by the worker, or holds bytes nobody asked for.
    public bool IsStale => IsReadable;

    public bool HasUnreadReply => asked && IsReadable;

    // In contrast to IsReadable, false at the end of the connection.
    private bool HasBytes
    {
        get
        {
            try
            {
                return socket.Available > 0;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    private bool IsReadable
    {
        get
        {
            try
            {
                return socket.Poll(0, SelectMode.SelectRead);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return true;
            }
        }
    }

    public async ValueTask<WorkerReply> CallAsync(WorkerRequest request, int maxReplyBytes, TimeSpan timeout)
    {
        var error = WorkerError.Malformed;
        reusable = false;
        var started = time.GetTimestamp();
        try
        {
            deadline.CancelAfter(timeout);
            if (!socket.Connected)
                await socket.ConnectAsync(IPAddress.Loopback, owner.Port, deadline.Token);
            await SendAsync(request);
            asked = true;
            owner.HasAsked();
            reader.Budget = request.MaxReplyBytes is null ? null : memory;
            error = await reader.ReadAsync(maxReplyBytes, deadline.Token);
            reusable = error == WorkerError.None && reader.IsReusable && deadline.TryReset();
        }
        catch (OperationCanceledException)
        {
            var hasAnswered = asked && !reader.HasBegun && HasBytes;
            if (hasAnswered)
                owner.ForgiveSilence();
            error = hasAnswered || time.GetElapsedTime(started) > timeout + Lateness ? WorkerError.Late : WorkerError.TimedOut;
        }
        catch (SocketException e) when (!socket.Connected && Shortage.IsIn(e))
        {
            error = WorkerError.Busy; // It was not asked: we lack what a connection takes.
        }
        catch (SocketException e)
        {
            error = e.SocketErrorCode == SocketError.ConnectionRefused ? WorkerError.Refused : WorkerError.Closed;
        }
        catch (NoReplyMemoryException)
        {
            error = WorkerError.Busy;
        }
        catch (ObjectDisposedException)
        {
            error = WorkerError.Closed; // The worker has exited, and its client closed all connections.
        }
        finally
        {
            asked = false;
        }

        if (error == WorkerError.None)
            return new(this, call, reader.Status, reader.ContentType, reader.Body);
        Release(call);
        return new(error);
    }

    public void Release(int call)
    {
        if (Interlocked.CompareExchange(ref this.call, call + 1, call) == call)
            owner.Return(this, reusable);
    }

    public void Dispose()
    {
        socket.Dispose();
        reader.Dispose();
        deadline.Dispose();
    }

    private async ValueTask SendAsync(WorkerRequest request)
    {
        var most = request.MaxHeadLength;
        var buffer = most <= sendBuffer.Length ? sendBuffer : ArrayPool<byte>.Shared.Rent(most);
        try
        {
            var length = request.WriteHead(buffer);
            var body = request.Body;
            if (body.Length <= buffer.Length - length)
            {
                // The worker then wakes up once.
                body.CopyTo(buffer.AsMemory(length));
                length += body.Length;
                body = default;
            }

            await SendAllAsync(buffer.AsMemory(0, length));
            await SendAllAsync(body);
        }
        finally
        {
            if (buffer != sendBuffer)
                ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, deadline.Token)..];
    }
}
