using System.Text;
using SteelBrowser.Relay;

namespace Steelyard.Tests.Unit.BundledWorker.Relay;

public sealed class HeadReaderTests
{
    private const int MaxBytes = 64 * 1024;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public async Task A_head_ends_at_the_empty_line_however_it_comes(int pieces)
    {
        var (head, behind, counted) = await ReadAsync("POST / HTTP/1.1\r\nA: b\r\n\r\nbody\r\n\r\n", pieces);
        Assert.Equal(("POST / HTTP/1.1", "A: b"), (head!.StartLine, head.Headers.Single()));
        Assert.StartsWith(behind, "body\r\n\r\n", StringComparison.Ordinal);
        Assert.Equal(pieces == int.MaxValue, behind == "body\r\n\r\n");
        Assert.True(counted);
    }

    [Fact]
    public async Task What_was_read_before_comes_first()
    {
        using var wire = PeerStream.Saying("1\r\n\r\n").Wire();
        var (head, _) = (await HeadReader.ReadAsync(wire, "GET / HTTP/1."u8.ToArray(), default))!.Value;
        Assert.Equal("GET / HTTP/1.1", head.StartLine);
    }

    [Fact]
    public async Task No_byte_is_no_head_and_half_of_one_an_error()
    {
        Assert.Null((await ReadAsync("")).Head);
        await Assert.ThrowsAsync<ProxyException>(() => ReadAsync("GET / HTTP/1.1\r\nHost"));
        await Assert.ThrowsAsync<ProxyException>(() => ReadAsync("GET / HTTP/1.1\nHost: a\n\n"));
    }

    [Fact]
    public async Task A_head_has_a_greatest_size()
    {
        var longest = "GET /" + new string('a', MaxBytes - 9) + "\r\n\r\n";
        Assert.Equal(MaxBytes - 4, (await ReadAsync(longest)).Head!.StartLine.Length);
        await Assert.ThrowsAsync<ProxyException>(() => ReadAsync("a" + longest));
    }

    private static async Task<(HttpHead? Head, string Behind, bool Counted)> ReadAsync(string text, int pieces = int.MaxValue)
    {
        var traffic = new Traffic();
        using var wire = PeerStream.Saying(text, pieces).Wire(traffic);
        if (await HeadReader.ReadAsync(wire, default, default) is not var (head, behind))
            return default;
        return (head, Encoding.Latin1.GetString(behind.Span), traffic is { Sent: 0, Received: > 0 });
    }
}
