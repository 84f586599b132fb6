using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Steelyard.Cdp;

namespace Steelyard.Tests.Unit.Cdp;

public sealed class WebSocketFramesTests
{
    private static readonly int[] Lengths = [0, 1, 2, 124, 125, 126, 127, 128, 255, 256, 1000, 65_534, 65_535, 65_536, 70_000];
    private static readonly byte[] Opcodes = [0, 1, 2, 8, 9, 10];

    // All three encodings of a length. A short frame may use a longer encoding than it needs.
    private static readonly Gen<byte[]> AnyFrame =
        Gen.Select(Gen.Int[0, Opcodes.Length - 1], Gen.Bool, Gen.Bool, Gen.Int[0, 20], Gen.Int[0, 200], Gen.Int[0, 2])
            .Select((opcode, final, masked, kind, small, encoding) =>
                Frame(Opcodes[opcode], final, masked, kind < Lengths.Length ? Lengths[kind] : small, encoding));

    [Fact]
    public void Nothing_seen_is_between_frames()
    {
        var frames = new WebSocketFrames();
        Assert.True(frames.IsBetweenFrames);
        frames.Advance([]);
        Assert.True(frames.IsBetweenFrames);
        Assert.False(frames.SawClose);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(8, false)]
    [InlineData(9, false)]
    [InlineData(10, false)]
    public void Bytes_of_a_message_are_told_from_those_of_a_control_frame(byte opcode, bool isMessage)
    {
        var frames = new WebSocketFrames();
        var frame = Frame(opcode, final: true, masked: true, length: 20, encoding: 0);
        frames.Advance(frame.AsSpan(0, 10));
        Assert.Equal(isMessage, frames.SawMessage);
        frames.Advance(frame.AsSpan(10));
        Assert.Equal(isMessage, frames.SawMessage);
        frames.Advance([]);
        Assert.False(frames.SawMessage);
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0, 0, true)]
    [InlineData(125, 0, false)]
    [InlineData(126, 1, true)]
    [InlineData(0, 1, true)]
    [InlineData(0, 2, false)]
    [InlineData(300, 2, true)]
    public void It_is_between_frames_at_the_last_byte_of_a_frame_and_at_no_other(int length, int encoding, bool masked)
    {
        var frames = new WebSocketFrames();
        for (var round = 0; round < 3; round++)
        {
            var frame = Frame(1, final: true, masked, length, encoding);
            for (var i = 0; i < frame.Length; i++)
            {
                frames.Advance([frame[i]]);
                Assert.Equal(i == frame.Length - 1, frames.IsBetweenFrames);
            }
        }
    }

    [Fact]
    public void However_the_bytes_are_cut_it_is_between_frames_exactly_at_frame_ends_and_sees_a_close_once_its_head_is_there() =>
        Gen.Select(AnyFrame.Array[1, 6], Gen.Int[1, 5000].Array[1, 40]).Sample((all, pieces) =>
        {
            var ends = new HashSet<int> { 0 };
            var closeFrom = int.MaxValue;
            var stream = new List<byte>();
            foreach (var frame in all)
            {
                if ((frame[0] & 0x0F) == 8)
                    closeFrom = Math.Min(closeFrom, stream.Count + HeaderSize(frame));
                stream.AddRange(frame);
                ends.Add(stream.Count);
            }

            var bytes = stream.ToArray();
            var seen = new WebSocketFrames();
            for (int at = 0, piece = 0; at < bytes.Length; piece++)
            {
                var count = Math.Min(pieces[piece % pieces.Length], bytes.Length - at);
                seen.Advance(bytes.AsSpan(at, count));
                at += count;
                Assert.Equal(ends.Contains(at), seen.IsBetweenFrames);
                Assert.Equal(at >= closeFrom, seen.SawClose);
            }
        });

    [Fact]
    public void Whole_frames_in_one_piece_are_counted_too() => AnyFrame.Array[1, 20].Sample(all =>
    {
        var seen = new WebSocketFrames();
        seen.Advance(all.SelectMany(frame => frame).ToArray());
        Assert.True(seen.IsBetweenFrames);
        Assert.Equal(all.Any(frame => (frame[0] & 0x0F) == 8), seen.SawClose);
    });

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(9, false)]
    [InlineData(10, false)]
    [InlineData(8, true)]
    public void Only_a_close_is_a_close(byte opcode, bool close)
    {
        var frames = new WebSocketFrames();
        frames.Advance(Frame(opcode, final: true, masked: false, 8, 0));
        Assert.Equal(close, frames.SawClose);
    }

    [Fact]
    public void A_payload_that_looks_like_a_close_is_none()
    {
        var frames = new WebSocketFrames();
        frames.Advance([0x82, 4, 0x88, 0x02, 0x03, 0xE8]);
        Assert.False(frames.SawClose);
        Assert.True(frames.IsBetweenFrames);
    }

    [Fact]
    public void A_frame_longer_than_four_gigabytes_does_not_end_early()
    {
        var frames = new WebSocketFrames();
        var header = new byte[10];
        (header[0], header[1]) = (0x82, 127);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(2), (1UL << 32) + 5);
        frames.Advance(header);
        frames.Advance(new byte[1 << 20]);
        Assert.False(frames.IsBetweenFrames);
    }

    [Fact]
    public void Our_close_frame_is_unmasked_with_code_and_reason() =>
        Assert.Equal([0x88, 17, 0x03, 0xE8, .. "session deleted"u8], WebSocketFrames.Close(1000, "session deleted"));

    [Fact]
    public void A_longer_reason_than_a_frame_holds_is_cut() =>
        Assert.Equal(WebSocketFrames.Close(1011, new('r', 123)), WebSocketFrames.Close(1011, new('r', 200)));

    [Theory]
    [InlineData(0)]
    [InlineData(123)]
    public void Our_close_frame_is_one_frame_up_to_the_longest_reason(int length)
    {
        var reason = new string('r', length);
        var frame = WebSocketFrames.Close(1011, reason);
        Assert.Equal([0x88, (byte)(2 + length), 0x03, 0xF3, .. Encoding.ASCII.GetBytes(reason)], frame);
        var frames = new WebSocketFrames();
        frames.Advance(frame);
        Assert.True(frames is { IsBetweenFrames: true, SawClose: true });
    }

    private static int HeaderSize(byte[] frame) =>
        2 + ((frame[1] & 0x7F) switch { 126 => 2, 127 => 8, _ => 0 }) + ((frame[1] & 0x80) != 0 ? 4 : 0);

    private static byte[] Frame(byte opcode, bool final, bool masked, int length, int encoding)
    {
        encoding = length > 65_535 ? 2 : length > 125 ? Math.Max(1, encoding) : encoding;
        var bytes = new List<byte> { (byte)(opcode | (final ? 0x80 : 0)) };
        var mask = masked ? 0x80 : 0;
        var wide = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(wide, (ulong)length);
        switch (encoding)
        {
            case 0:
                bytes.Add((byte)(mask | length));
                break;
            case 1:
                bytes.AddRange([(byte)(mask | 126), .. wide[6..]]);
                break;
            default:
                bytes.AddRange([(byte)(mask | 127), .. wide]);
                break;
        }

        if (masked)
            bytes.AddRange([0x88, 0x02, 0xFF, 0x7E]);

        // The payload looks like headers to a reader that counts wrongly.
        bytes.AddRange(Enumerable.Range(0, length).Select(i => (byte)(i % 3 == 0 ? 0x88 : 0xFE)));
        return [.. bytes];
    }
}
