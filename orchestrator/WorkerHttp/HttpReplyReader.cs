using System.Net.Sockets;

namespace Steelyard.WorkerHttp;

/// <summary>
/// Reads one HTTP/1.1 reply after another from a socket (RFC 9112: Content-Length, chunked, or until close), each whole into one buffer.
/// Trusts nothing: head and body are capped, and whatever breaks the grammar is <see cref="WorkerError.Malformed"/>.
/// </summary>
internal sealed class HttpReplyReader(Socket socket, int initialSize) : IDisposable
{
    private const int MaxHeadBytes = 16 * 1024;
    private const int MaxKeptBytes = 64 * 1024;

    private byte[] buffer = new byte[initialSize];
    private int start; // First byte of this reply's unread part.
    private int end;   // Behind the last byte received.
    private int maxBodyBytes;
    private long taken; // Of the budget.
    private ReplyHead head;

    /// <summary>
    /// What the next reply takes its memory of, beyond what is kept anyway, until the reader is disposed; null for no such budget.
    /// </summary>
    public ReplyMemory? Budget { get; set; }

    public int Status => head.Status;

    public string ContentType => head.ContentType;

    /// <summary>
    /// The connection may carry another request, and is worth keeping: one large reply must not pin its memory for ever.
    /// </summary>
    public bool IsReusable => head.KeepAlive && end == start && buffer.Length <= MaxKeptBytes;

    /// <summary>The whole body, until the next read.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <param name="maxBodyBytes">A larger body is <see cref="WorkerError.TooLarge"/>.</param>
    /// <param name="cancellationToken">The deadline.</param>
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
        return head.ContentLength is { } length ? await ReadLengthAsync(length, cancellationToken) : await ReadToEndAsync(cancellationToken);
    }

    private async ValueTask<WorkerError> ReadHeadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = buffer.AsSpan(start, end - start).IndexOf("\r\n\r\n"u8);
            if (start + length > MaxHeadBytes)
                return WorkerError.Malformed; // Interim replies before it count, too.
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

    // The chunks are moved together in the buffer: [start, body) is what was decoded so far.
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

                // The framing behind us needs no room any more.
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

            // Behind the last chunk only an empty line is understood: workers send no trailers.
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

/// <summary>The budget of large replies is used up at this moment: neither the worker nor the caller is to blame.</summary>
internal sealed class NoReplyMemoryException() : Exception("no memory is left for large replies");
