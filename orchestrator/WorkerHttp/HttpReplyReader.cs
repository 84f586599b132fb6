using System.Net.Sockets;

namespace Steelyard.WorkerHttp;

/// <summary>
/// Reads HTTP/1.1 replies from a socket, one after the other (RFC 9112: Content-Length, chunked, or until close), each completely into one
/// buffer. Does not trust the worker: the sizes of head and body are limited, and a violation of the grammar is
/// <see cref="WorkerError.Malformed"/>.
/// </summary>
internal sealed class HttpReplyReader(Socket socket, int initialSize) : IDisposable
{
    private const int MaxHeadBytes = 16 * 1024;
    private const int MaxKeptBytes = 64 * 1024;

    private byte[] buffer = new byte[initialSize];
    private int start; // Index of the first unread byte of this reply.
    private int end;   // Index after the last received byte.
    private int maxBodyBytes;
    private long taken; // Bytes taken from the budget.
    private ReplyHead head;

    /// <summary>
    /// The budget for the memory of the next reply in excess of the buffer that is kept anyway. The memory is returned when the reader is
    /// disposed. Null for no budget.
    /// </summary>
    public ReplyMemory? Budget { get; set; }

    /// <summary>Some bytes of the reply have been read.</summary>
    public bool HasBegun => end > 0;

    public int Status => head.Status;

    public string ContentType => head.ContentType;

    /// <summary>
    /// The connection can carry another request, and its buffer is small enough to keep: one large reply must not pin its memory.
    /// </summary>
    public bool IsReusable => head.KeepAlive && end == start && buffer.Length <= MaxKeptBytes;

    /// <summary>The whole body; valid until the next read.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>
    /// Reads the next reply. Throws <see cref="OperationCanceledException"/> at the deadline, <see cref="SocketException"/>, and
    /// <see cref="NoReplyMemoryException"/> if the budget is used up.
    /// </summary>
    /// <param name="maxBodyBytes">A larger body is <see cref="WorkerError.TooLarge"/>.</param>
    /// <param name="cancellationToken">Cancelled at the deadline.</param>
    public async ValueTask<WorkerError> ReadAsync(int maxBodyBytes, CancellationToken cancellationToken)
    {
        this.maxBodyBytes = maxBodyBytes;
        start = end = 0;
        WorkerError error;
        do
        {
            error = await ReadHeadAsync(cancellationToken);
        }
        while (error == WorkerError.None && head.Status is >= 100 and < 200);
        if (error != WorkerError.None)
            return error;

        if (head.HasNoBody)
            return Take(0);
        if (head.Chunked)
            return await ReadChunksAsync(cancellationToken);
        return head.ContentLength is { } length
            ? await ReadLengthAsync(length, cancellationToken)
            : await ReadToEndAsync(cancellationToken);
    }

    private async ValueTask<WorkerError> ReadHeadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = buffer.AsSpan(start, end - start).IndexOf("\r\n\r\n"u8);
            if (start + length > MaxHeadBytes)
                return WorkerError.Malformed; // The limit includes the interim replies before this head.
            if (length >= 0)
            {
                var parsed = ReplyHead.TryParse(buffer.AsSpan(start, length), out head);
                start += length + 4;
                return parsed ? WorkerError.None : WorkerError.Malformed;
            }

            if (end > MaxHeadBytes + 3 || !ReplyHead.MayBegin(buffer.AsSpan(start, end - start)))
                return WorkerError.Malformed;
            if (!await FillAsync(cancellationToken))
                return WorkerError.Closed;
        }
    }

    private async ValueTask<WorkerError> ReadLengthAsync(long length, CancellationToken cancellationToken)
    {
        if (length > maxBodyBytes)
            return WorkerError.TooLarge;
        while (end - start < length)
        {
            if (!await FillAsync(cancellationToken))
                return WorkerError.Closed;
        }

        return Take((int)length);
    }

    private async ValueTask<WorkerError> ReadToEndAsync(CancellationToken cancellationToken)
    {
        while (end - start <= maxBodyBytes)
        {
            if (!await FillAsync(cancellationToken))
                return Take(end - start);
        }

        return WorkerError.TooLarge;
    }

    // The chunks are joined in the buffer: [start, body) is the part that has been decoded so far.
    private async ValueTask<WorkerError> ReadChunksAsync(CancellationToken cancellationToken)
    {
        var body = start;
        var next = start;
        while (true)
        {
            int line;
            while ((line = buffer.AsSpan(next, end - next).IndexOf("\r\n"u8)) < 0)
            {
                if (end - next > MaxHeadBytes + 1)
                    return WorkerError.Malformed;

                // Overwrite the framing that has been read, to make space.
                buffer.AsSpan(next, end - next).CopyTo(buffer.AsSpan(body));
                end -= next - body;
                next = body;
                if (!await FillAsync(cancellationToken))
                    return WorkerError.Closed;
            }

            if (line > MaxHeadBytes || !ReplyHead.TryParseChunkSize(buffer.AsSpan(next, line), out var size))
                return WorkerError.Malformed;
            if (body - start + (long)size > maxBodyBytes)
                return WorkerError.TooLarge;
            next += line + 2;
            while (end - next < size + 2)
            {
                if (!await FillAsync(cancellationToken))
                    return WorkerError.Closed;
            }

            // After the last chunk only an empty line is accepted: workers send no trailers.
            if (!buffer.AsSpan(next + size, 2).SequenceEqual("\r\n"u8))
                return WorkerError.Malformed;
            buffer.AsSpan(next, size).CopyTo(buffer.AsSpan(body));
            body += size;
            next += size + 2;
            if (size == 0)
            {
                Body = buffer.AsMemory(start, body - start);
                start = next;
                return WorkerError.None;
            }
        }
    }

    public void Dispose() => Budget?.Return(Interlocked.Exchange(ref taken, 0));

    private void Grow()
    {
        var size = buffer.Length * 2;
        if (Budget is not null && size > MaxKeptBytes)
        {
            if (!Budget.TryTake(size))
                throw new NoReplyMemoryException();
            Interlocked.Add(ref taken, size);
        }

        Array.Resize(ref buffer, size);
    }

    private WorkerError Take(int length)
    {
        Body = buffer.AsMemory(start, length);
        start += length;
        return WorkerError.None;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (end == buffer.Length)
            Grow();
        var received = await socket.ReceiveAsync(buffer.AsMemory(end), SocketFlags.None, cancellationToken);
        end += received;
        return received > 0;
    }
}

/// <summary>The budget for large replies is used up at the moment. Neither the worker nor the caller is to blame.</summary>
internal sealed class NoReplyMemoryException() : Exception("no memory is left for large replies");
