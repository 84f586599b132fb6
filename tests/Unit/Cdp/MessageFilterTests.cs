using System.Text;
using Steelyard.Cdp;

namespace Steelyard.Tests.Unit.Cdp;

public sealed class MessageFilterTests
{
    private const string Wanted = "{\"method\":\"wanted\"";

    // Whole messages mostly; the first part of a message, a part that follows, a compressed message, a pong.
    private static readonly byte[] FirstBytes = [0x81, 0x81, 0x81, 0x81, 0x01, 0x80, 0xC1, 0x8A];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 200)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Only_whole_messages_of_interest_are_taken_out_however_the_bytes_arrive(int seed)
    {
        var random = new Random(seed);
        var (stream, passed, taken, ends) = (new List<byte>(), new List<byte>(), new List<string>(), new List<int>());
        for (var i = 0; i < 20; i++)
        {
            var isWanted = random.Next(3) == 0;
            var filling = new string('x', random.Next(random.Next(2) == 0 ? 300 : 70_000));
            var text = (isWanted ? Wanted : "{\"method\":\"other\"") + filling + "}";
            var frame = Frame(random, FirstBytes[random.Next(FirstBytes.Length)], text);
            stream.AddRange(frame);
            if (isWanted && frame[0] == 0x81 && text.Length <= 65536)
            {
                taken.Add(text);
                ends.Add(stream.Count);
            }
            else
            {
                passed.AddRange(frame);
            }
        }

        var filter = new MessageFilter(beginning => beginning.StartsWith(Encoding.ASCII.GetBytes(Wanted)));
        var (gotPassed, gotTaken) = (new List<byte>(), new List<string>());
        var bytes = stream.ToArray();
        for (var position = 0; position < bytes.Length;)
        {
            var count = Math.Min(random.Next(1, random.Next(2) == 0 ? 20 : 40_000), bytes.Length - position);
            ReadOnlyMemory<byte> chunk = bytes.AsMemory(position, count);
            position += count;
            while (chunk.Length > 0)
            {
                var (pass, message) = filter.Next(ref chunk);
                gotPassed.AddRange(pass.Span);
                if (message is not null)
                    gotTaken.Add(Encoding.ASCII.GetString(message));
            }

            Assert.Equal(ends.Count(end => end <= position), gotTaken.Count); // What has arrived whole must not wait for more.
        }

        Assert.Equal(taken, gotTaken);
        Assert.True(passed.SequenceEqual(gotPassed), $"seed {seed}: other bytes were passed on");
    }

    [Fact]
    public void A_look_at_a_message_sees_its_beginning_only()
    {
        var seen = new List<int>();
        var filter = new MessageFilter(beginning =>
        {
            seen.Add(beginning.Length);
            return false;
        });
        foreach (var size in new[] { 1, 127, 128, 129, 5000 })
        {
            ReadOnlyMemory<byte> frame = WebSocketFrames.Text(new byte[size], masked: false);
            Assert.Equal(frame, filter.Next(ref frame).Passed);
        }

        Assert.Equal([1, 127, 128, 128, 128], seen);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65535)]
    [InlineData(65536)]
    public void A_frame_that_is_written_is_read_back(int size)
    {
        var message = Encoding.ASCII.GetBytes(new string('m', size));
        foreach (var masked in new[] { false, true })
        {
            var filter = new MessageFilter(_ => true);
            ReadOnlyMemory<byte> frame = WebSocketFrames.Text(message, masked);
            var frames = new WebSocketFrames();
            frames.Advance(frame.Span);
            Assert.True(frames.IsBetweenFrames);
            byte[]? read = null;
            while (frame.Length > 0)
                read = filter.Next(ref frame).Message ?? read;
            Assert.Equal(size is > 0 and <= 65536 ? message : null, read);
        }
    }

    private static byte[] Frame(Random random, byte first, string text)
    {
        var frame = WebSocketFrames.Text(Encoding.ASCII.GetBytes(text), masked: random.Next(2) == 0);
        frame[0] = first;
        if ((frame[1] & 0x80) == 0)
            return frame;
        var payload = frame.Length - text.Length;
        var mask = new byte[4];
        random.NextBytes(mask);
        mask.CopyTo(frame, payload - 4);
        for (var i = 0; i < text.Length; i++)
            frame[payload + i] ^= mask[i % 4];
        return frame;
    }
}
