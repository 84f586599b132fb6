using System.Buffers.Binary;
using System.Text;

namespace Steelyard.Cdp;

/// <summary>
/// Tracks the frames (RFC 6455 §5.2) in a stream of bytes without changing the stream, so that the node can insert its own frame between
/// two of them.
/// </summary>
public struct WebSocketFrames
{
    /// <summary>An unmasked ping without a payload, as a server sends it.</summary>
    public static readonly ReadOnlyMemory<byte> Ping = new byte[] { 0x80 | PingOpcode, 0 };

    private const int TextOpcode = 1;
    private const int CloseOpcode = 8;
    private const int PingOpcode = 9;
    private const int LongestReason = 123;
    private const int ShortestHeader = 2;

    private readonly byte[] header;
    private int headerLength;
    private ulong payloadLeft;
    private bool isMessage;
    private bool isUnfinished;

    public WebSocketFrames() => header = new byte[14];

    /// <summary>Whether the last byte ended a frame, or no byte has passed yet.</summary>
    public readonly bool IsBetweenFrames => headerLength == 0 && payloadLeft == 0;

    /// <summary>Whether no message is under way either: a message can have several frames.</summary>
    public readonly bool IsBetweenMessages => IsBetweenFrames && !isUnfinished;

    /// <summary>Whether a close frame has begun. No frame may follow it.</summary>
    public bool SawClose { get; private set; }

    /// <summary>Whether a byte of the last <see cref="Advance"/> belonged to a message. Pings, pongs and closes are no messages.</summary>
    public bool SawMessage { get; private set; }

    public void Advance(ReadOnlySpan<byte> bytes)
    {
        SawMessage = payloadLeft > 0 && isMessage;
        while (bytes.Length > 0)
        {
            if (payloadLeft > 0)
            {
                var skipped = (int)Math.Min(payloadLeft, (ulong)bytes.Length);
                payloadLeft -= (ulong)skipped;
                bytes = bytes[skipped..];
                continue;
            }

            header[headerLength++] = bytes[0];
            bytes = bytes[1..];
            if (headerLength >= ShortestHeader && headerLength == HeaderSize(header))
            {
                payloadLeft = PayloadSize(header);
                var opcode = header[0] & 0x0F;
                isMessage = opcode < CloseOpcode;
                SawMessage |= isMessage;
                if (isMessage)
                    isUnfinished = (header[0] & 0x80) == 0;
                SawClose |= opcode == CloseOpcode;
                headerLength = 0;
            }
        }
    }

    /// <summary>Returns an unmasked close frame, as a server sends it.</summary>
    /// <param name="code">Close code (RFC 6455 §7.4).</param>
    /// <param name="reason">ASCII; cut after 123 characters, because a close frame holds no more.</param>
    public static byte[] Close(ushort code, string reason)
    {
        reason = reason.Length > LongestReason ? reason[..LongestReason] : reason;
        var frame = new byte[4 + reason.Length];
        frame[0] = 0x80 | CloseOpcode;
        frame[1] = (byte)(2 + reason.Length);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), code);
        Encoding.ASCII.GetBytes(reason, frame.AsSpan(4));
        return frame;
    }

    /// <summary>Returns a frame with a whole text message.</summary>
    /// <param name="message">UTF-8.</param>
    /// <param name="masked">
    /// As a client must send it (RFC 6455 §5.3). The mask is 0: it protects proxies, and this frame goes to a browser on this machine.
    /// </param>
    public static byte[] Text(ReadOnlySpan<byte> message, bool masked)
    {
        var lengthBytes = message.Length switch { < 126 => 0, <= ushort.MaxValue => 2, _ => 8 };
        var frame = new byte[2 + lengthBytes + (masked ? 4 : 0) + message.Length];
        frame[0] = 0x80 | TextOpcode;
        frame[1] = (byte)((masked ? 0x80 : 0) | lengthBytes switch { 0 => message.Length, 2 => 126, _ => 127 });
        if (lengthBytes == 2)
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)message.Length);
        else if (lengthBytes == 8)
            BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(2), (ulong)message.Length);
        message.CopyTo(frame.AsSpan(frame.Length - message.Length));
        return frame;
    }

    /// <summary>The size of a frame's header, by its first two bytes.</summary>
    internal static int HeaderSize(ReadOnlySpan<byte> frame) => 2 + LengthBytes(frame) + (IsMasked(frame) ? 4 : 0);

    /// <summary>The size of a frame's payload, by its header.</summary>
    internal static ulong PayloadSize(ReadOnlySpan<byte> frame) => LengthBytes(frame) switch
    {
        2 => BinaryPrimitives.ReadUInt16BigEndian(frame[2..]),
        8 => BinaryPrimitives.ReadUInt64BigEndian(frame[2..]),
        _ => (ulong)(frame[1] & 0x7F),
    };

    /// <summary>Whether the last four bytes of the header are a mask.</summary>
    internal static bool IsMasked(ReadOnlySpan<byte> frame) => (frame[1] & 0x80) != 0;

    private static int LengthBytes(ReadOnlySpan<byte> frame) => (frame[1] & 0x7F) switch { 126 => 2, 127 => 8, _ => 0 };
}
