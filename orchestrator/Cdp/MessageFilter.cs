using System.Buffers.Binary;
using static Steelyard.Cdp.WebSocketFrames;

namespace Steelyard.Cdp;

/// <summary>
/// Cuts a stream of WebSocket frames (RFC 6455 §5.2) into bytes to pass on unchanged and whole messages of interest. It sees only text
/// messages in a single frame, of at most 64 KiB, and decides by their first bytes. So it costs no more than a look at each frame.
/// </summary>
/// <param name="isOfInterest">Decides by the first bytes of a message, at most <see cref="LongestBeginning"/>.</param>
internal sealed class MessageFilter(MessageFilter.Predicate isOfInterest)
{
    public const int LongestBeginning = 128;

    private const int LongestMessage = 64 * 1024;
    private const int LongestHeader = 14;
    private const byte WholeText = 0x81; // The last frame of a message, without extensions, of opcode 1.

    private readonly byte[] begun = new byte[LongestHeader + LongestBeginning];
    private int begunLength; // Bytes of a frame that is not decided yet.
    private ulong passing; // Bytes of a frame's payload that are passed on.
    private byte[]? message; // The message that is being collected.
    private int collected;
    private uint mask;

    public delegate bool Predicate(ReadOnlySpan<byte> beginning);

    /// <summary>
    /// Takes the next piece out of the bytes that have arrived: call it until they are empty. The piece must be used before the next call.
    /// First come the bytes to pass on, then the message, if any.
    /// </summary>
    public (ReadOnlyMemory<byte> Passed, byte[]? Message) Next(ref ReadOnlyMemory<byte> bytes)
    {
        if (message is not null)
            return (default, Collect(ref bytes));
        if (begunLength > 0)
            return Continue(ref bytes);
        var start = bytes;
        for (var position = 0; position < bytes.Length;)
        {
            var rest = bytes.Span[position..];
            if (passing > 0)
            {
                position += Pass(rest.Length);
                continue;
            }

            if (Needed(rest) is var needed && needed > rest.Length)
            {
                rest.CopyTo(begun);
                begunLength = rest.Length;
                bytes = default;
                return (start[..position], null);
            }

            position += Begin(rest);
            if (message is null)
                continue;
            bytes = bytes[position..];
            return (start[..(position - HeaderSize(rest))], null);
        }

        bytes = default;
        return (start, null);
    }

    // Completes the beginning of a frame, byte by byte. A short message is then complete, too.
    private (ReadOnlyMemory<byte> Passed, byte[]? Message) Continue(ref ReadOnlyMemory<byte> bytes)
    {
        while (Needed(begun.AsSpan(0, begunLength)) > begunLength)
        {
            if (bytes.IsEmpty)
                return default;
            begun[begunLength++] = bytes.Span[0];
            bytes = bytes[1..];
        }

        var whole = begun.AsMemory(0, begunLength);
        begunLength = 0;
        var header = Begin(whole.Span);
        ReadOnlyMemory<byte> payload = whole[header..];
        if (message is null)
        {
            Pass(payload.Length);
            return (whole, null);
        }

        return (default, Collect(ref payload));
    }

    private int Pass(int available)
    {
        var count = (int)Math.Min(passing, (ulong)available);
        passing -= (ulong)count;
        return count;
    }

    // Returns the message when it is complete.
    private byte[]? Collect(ref ReadOnlyMemory<byte> bytes)
    {
        var count = Math.Min(message!.Length - collected, bytes.Length);
        bytes[..count].CopyTo(message.AsMemory(collected));
        bytes = bytes[count..];
        collected += count;
        if (collected < message.Length)
            return null;
        var complete = message;
        Unmask(complete, mask);
        message = null;
        return complete;
    }

    // Decides about a frame of which enough has arrived. Returns the size of its header.
    private int Begin(ReadOnlySpan<byte> frame)
    {
        var header = HeaderSize(frame);
        var size = PayloadSize(frame);
        if (IsCandidate(frame, size))
        {
            mask = IsMasked(frame) ? BinaryPrimitives.ReadUInt32LittleEndian(frame[(header - 4)..]) : 0;
            Span<byte> beginning = stackalloc byte[LongestBeginning];
            beginning = beginning[..(int)Math.Min(size, LongestBeginning)];
            frame.Slice(header, beginning.Length).CopyTo(beginning);
            Unmask(beginning, mask);
            if (isOfInterest(beginning))
            {
                message = new byte[size];
                collected = 0;
                return header;
            }
        }

        passing = size;
        return header;
    }

    // How many bytes of a frame are needed to decide about it.
    private static int Needed(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < 2)
            return 2;
        var header = HeaderSize(frame);
        if (frame.Length < header)
            return header;
        var size = PayloadSize(frame);
        return IsCandidate(frame, size) ? header + (int)Math.Min(size, LongestBeginning) : header;
    }

    private static bool IsCandidate(ReadOnlySpan<byte> frame, ulong size) => frame[0] == WholeText && size is > 0 and <= LongestMessage;

    private static void Unmask(Span<byte> payload, uint mask)
    {
        for (var i = 0; mask != 0 && i < payload.Length; i++)
            payload[i] ^= (byte)(mask >> (8 * (i & 3)));
    }
}
