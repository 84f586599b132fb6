namespace Steelyard.Tests.Unit.Http;

/// <summary>A stream that reports when its reader asks for more bytes.</summary>
internal sealed class WatchedStream(Stream inner) : Stream
{
    private int reads;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Completes when the written bytes have been read and processed: the reader asks for more, or its task is over.</summary>
    public async Task TakenAsync(Func<ValueTask<System.IO.Pipelines.FlushResult>> write, Task reading)
    {
        await Until.TrueAsync(() => Volatile.Read(ref reads) > 0, "the reader has begun");
        var before = Volatile.Read(ref reads);
        await write();
        await Until.TrueAsync(() => Volatile.Read(ref reads) > before || reading.IsCompleted, "the reader is back");
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref reads);
        return inner.ReadAsync(buffer, cancellationToken);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
