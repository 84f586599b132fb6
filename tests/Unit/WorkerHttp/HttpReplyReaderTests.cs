using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CsCheck;
using Steelyard.WorkerHttp;

namespace Steelyard.Tests.Unit.WorkerHttp;

/// <summary>The reader alone, on one end of a loopback connection. The test writes to the other end.</summary>
public sealed class HttpReplyReaderTests
{
    private const int MaxBody = 1000;

    private static readonly string[] Replies =
    [
        Reply.Json("""{"id":"1"}"""),
        Reply.Json(new('x', MaxBody)),
        Reply.Json(new('x', MaxBody + 1)),
        Reply.Json(""),
        Reply.Chunked("hello", " ", "world"),
        Reply.Chunked(new string('c', 600), new string('d', 401)),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;name=value\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nuntil the end",
        "HTTP/1.0 200 OK\r\n\r\n" + new string('e', MaxBody + 1),
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + Reply.Json("late"),
        "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "",
        $"HTTP/1.1 200 OK\r\nX: {new string('h', 9000)}\r\nContent-Length: 2\r\n\r\nok",
    ];

    [Theory]
    [InlineData("200 OK", 200)]
    [InlineData("201 Created", 201)]
    [InlineData("200", 200)]
    [InlineData("404 Not Found", 404)]
    [InlineData("503 Service Unavailable", 503)]
    public async Task The_status_is_read(string line, int status)
    {
        var read = await ReadAsync(Reply.Json("{}", line));
        Assert.Equal((WorkerError.None, status, "{}"), (read.Error, read.Status, read.Body));
    }

    [Theory]
    [InlineData("Content-Length: 5\r\n\r\nhello")]
    [InlineData("content-length:5\r\n\r\nhello")]
    [InlineData("CONTENT-LENGTH: \t5 \r\n\r\nhello")]
    [InlineData("Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("transfer-encoding: Chunked\r\n\r\n1\r\nh\r\n4\r\nello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n005\r\nhello\r\n000\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0;c\r\n\r\n")]
    public async Task The_end_of_a_body_is_known_without_a_close(string rest)
    {
        var read = await ReadAsync("HTTP/1.1 200 OK\r\n" + rest, close: false);
        Assert.Equal((WorkerError.None, "hello", true), (read.Error, read.Body, read.IsReusable));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nhello")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello")]
    public async Task A_body_without_a_length_ends_with_the_connection(string reply) =>
        Assert.Equal("hello", (await ReadAsync(reply)).Body);

    [Theory]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204)]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", 204)]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200)]
    public async Task A_reply_without_a_body_is_over_at_once(string reply, int status)
    {
        var read = await ReadAsync(reply, close: false);
        Assert.Equal((WorkerError.None, status, ""), (read.Error, read.Status, read.Body));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public async Task Interim_replies_are_skipped(int count)
    {
        var read = await ReadAsync(
            string.Concat(Enumerable.Repeat("HTTP/1.1 103 Early Hints\r\nContent-Length: 3\r\n\r\n", count)) + Reply.Json("{}"),
            close: false);
        Assert.Equal((WorkerError.None, 200, "{}", true), (read.Error, read.Status, read.Body, read.IsReusable));
    }

    [Theory]
    [InlineData("\r\n", "application/json")]
    [InlineData("\r\nContent-Type: application/json\r\n", "application/json")]
    [InlineData("\r\nContent-Type: application/json; charset=utf-8\r\n", "application/json; charset=utf-8")]
    [InlineData("\r\nCONTENT-TYPE:text/plain\r\n", "text/plain")]
    public async Task The_content_type_is_the_workers_and_json_when_it_names_none(string header, string type) =>
        Assert.Equal(
            type,
            (await ReadAsync($"HTTP/1.1 200 OK{header}Content-Length: 2\r\n\r\nok"
                .Replace("\r\n\r\nContent", "\r\nContent", StringComparison.Ordinal))).ContentType);

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", true)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false)]
    [InlineData("HTTP/1.1 200 OK\r\nconnection: Close\r\nContent-Length: 0\r\n\r\n", false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false)]
    [InlineData("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", true)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n", false)] // Bytes that nobody asked for.
    public async Task A_connection_is_reusable_as_its_reply_says(string reply, bool reusable) =>
        Assert.Equal(reusable, (await ReadAsync(reply, close: false)).IsReusable);

    [Theory]
    [InlineData("rubbish")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("\r\nHTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/2 200\r\n\r\n")]
    [InlineData("HTTP/1.1 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 20\r\n\r\n")]
    [InlineData("HTTP/1.1 abc OK\r\n\r\n")]
    [InlineData("HTTP/1.1 -20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 099 Low\r\n\r\n")]
    [InlineData("HTTP/1.1_200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n: no name\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\nhello\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\nhello\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n123456789\r\nhello\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTrailer: x\r\n\r\n")]
    public async Task What_breaks_the_grammar_is_malformed(string reply) =>
        Assert.Equal(WorkerError.Malformed, (await ReadAsync(reply)).Error);

    [Theory]
    [InlineData("HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.x 200 OK\r\nContent-Length: 0\r\n\r\n")]
    public async Task A_status_line_with_anything_but_three_digits_and_a_known_version_is_malformed(string reply) =>
        Assert.Equal(WorkerError.Malformed, (await ReadAsync(reply)).Error);

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello")]
    public async Task A_length_in_doubtful_form_is_malformed(string reply) =>
        Assert.Equal(WorkerError.Malformed, (await ReadAsync(reply)).Error);

    [Theory]
    [InlineData("")]
    [InlineData("H")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhell")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n")]
    public async Task An_end_before_the_replys_own_is_closed(string reply) =>
        Assert.Equal(WorkerError.Closed, (await ReadAsync(reply)).Error);

    [Fact]
    public async Task A_body_of_the_limit_is_taken_in_every_framing()
    {
        var body = new string('x', MaxBody);
        Assert.Equal(body, (await ReadAsync(Reply.Json(body))).Body);
        Assert.Equal(body, (await ReadAsync(Reply.Chunked(body[..1], body[1..]))).Body);
        Assert.Equal(body, (await ReadAsync("HTTP/1.1 200 OK\r\n\r\n" + body)).Body);
    }

    [Fact]
    public async Task A_body_one_byte_over_the_limit_is_too_large_in_every_framing()
    {
        var body = new string('x', MaxBody + 1);
        Assert.Equal(WorkerError.TooLarge, (await ReadAsync(Reply.Json(body))).Error);
        Assert.Equal(WorkerError.TooLarge, (await ReadAsync(Reply.Chunked(body[..1], body[1..]))).Error);
        Assert.Equal(WorkerError.TooLarge, (await ReadAsync("HTTP/1.1 200 OK\r\n\r\n" + body)).Error);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7FFFFFFF\r\n")]
    public async Task A_length_over_the_limit_is_too_large_before_the_body_has_come(string head) =>
        Assert.Equal(WorkerError.TooLarge, (await ReadAsync(head, close: false)).Error);

    [Fact]
    public async Task A_head_without_end_is_malformed() =>
        Assert.Equal(WorkerError.Malformed, (await ReadAsync("HTTP/1.1 200 OK\r\nX: " + new string('h', 40_000), close: false)).Error);

    [Fact]
    public async Task A_chunk_line_without_end_is_malformed() =>
        Assert.Equal(
            WorkerError.Malformed,
            (await ReadAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;" + new string('h', 40_000), close: false)).Error);

    [Fact]
    public async Task Interim_replies_without_end_are_not_kept_in_memory_for_ever()
    {
        var read = await ReadAsync(
            string.Concat(Enumerable.Repeat($"HTTP/1.1 103 Early Hints\r\nX: {new string('h', 8000)}\r\n\r\n", 500)) + Reply.Json("{}"));
        Assert.True(read.Error is WorkerError.Malformed or WorkerError.TooLarge || read.IsReusable, $"4 MB of heads were buffered: {read}");
    }

    [Fact]
    public async Task Chunk_lines_do_not_outgrow_the_limit_of_the_body()
    {
        var chunk = $"1;x={new string('e', 8000)}\r\nb\r\n";
        var read = await ReadAsync(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + string.Concat(Enumerable.Repeat(chunk, 500)) + "0\r\n\r\n");
        Assert.True(
            read.Error is WorkerError.Malformed or WorkerError.TooLarge || read.IsReusable,
            $"4 MB of chunk lines were buffered: {read}");
    }

    [Fact]
    public async Task Replies_follow_one_another_on_the_same_connection()
    {
        using var pair = await SocketPair.CreateAsync();
        var reader = new HttpReplyReader(pair.Near, 64);
        const int limit = MaxBody;
        for (var i = 0; i < 50; i++)
        {
            var body = new string((char)('a' + (i % 26)), i * 7);
            await pair.SendAsync(i % 2 == 0 ? Reply.Json(body) : Reply.Chunked(body[..(body.Length / 2)], body[(body.Length / 2)..]));
            Assert.Equal(WorkerError.None, await Until.DoneAsync(reader.ReadAsync(limit, CancellationToken.None).AsTask()));
            Assert.Equal(body, Encoding.Latin1.GetString(reader.Body.Span));
            Assert.True(reader.IsReusable);
        }
    }

    [Fact]
    public async Task A_connection_that_carried_a_large_reply_is_not_kept()
    {
        using var pair = await SocketPair.CreateAsync();
        var reader = new HttpReplyReader(pair.Near, 4096);
        const int limit = 1 << 20;
        var sending = pair.SendAsync(Reply.Json(new('x', 100_000)));
        Assert.Equal(WorkerError.None, await Until.DoneAsync(reader.ReadAsync(limit, CancellationToken.None).AsTask()));
        await sending;
        Assert.Equal(100_000, reader.Body.Length);
        Assert.False(reader.IsReusable);
    }

    [Fact]
    public async Task A_cancelled_read_throws()
    {
        using var pair = await SocketPair.CreateAsync();
        var reader = new HttpReplyReader(pair.Near, 4096);
        const int limit = MaxBody;
        using var cancel = new CancellationTokenSource();
        var read = reader.ReadAsync(limit, cancel.Token).AsTask();
        await pair.SendAsync("HTTP/1.1 200 OK\r\n");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Until.DoneAsync(read));
    }

    [Fact]
    public async Task Bytes_that_drip_one_at_a_time_give_the_same_as_all_at_once()
    {
        foreach (var reply in Replies.Where(reply => reply.Length < 300))
        {
            Assert.Equal(
                await ReadAsync(reply),
                await ReadAsync(reply, segments: [.. reply.Select(character => character.ToString(CultureInfo.InvariantCulture))]));
        }
    }

    [Fact]
    public Task Any_split_of_the_same_bytes_into_segments_gives_the_same() =>
        Gen.Select(Gen.Int[0, Replies.Length - 1], Gen.Int[0, 20_000].Array[0, 8]).SampleAsync(
            (which, cuts) => CheckSplitAsync(Replies[which], cuts),
            iter: 300,
            threads: 2);

    [Theory]
    [InlineData(16_200)]
    [InlineData(16_300)]
    [InlineData(20_000)]
    [InlineData(30_000)]
    public async Task The_limit_of_a_head_does_not_depend_on_how_its_bytes_come(int length)
    {
        var reply = $"HTTP/1.1 200 OK\r\nX: {new string('h', length)}\r\nContent-Length: 2\r\n\r\nok";
        await CheckSplitAsync(reply, [1000, 16_390, 17_000]);
        await CheckSplitAsync(reply, [.. Enumerable.Range(1, 30).Select(i => i * 1000)]);
    }

    private static async Task CheckSplitAsync(string reply, int[] cuts)
    {
        int[] ends = [0, .. cuts.Where(cut => cut < reply.Length).Distinct().Order(), reply.Length];
        var segments = ends.Zip(ends.Skip(1), (from, to) => reply[from..to]).Where(segment => segment.Length > 0);
        Assert.Equal(await ReadAsync(reply), await ReadAsync(reply, segments: [.. segments]));
    }

    private static async Task<Read> ReadAsync(string reply, bool close = true, string[]? segments = null)
    {
        using var pair = await SocketPair.CreateAsync();
        var reader = new HttpReplyReader(pair.Near, 4096);
        const int limit = MaxBody;
        var reading = reader.ReadAsync(limit, CancellationToken.None).AsTask();
        var sending = SendAsync(pair, segments ?? [reply], reading, oneByOne: segments is not null, close);
        var error = await Until.DoneAsync(reading);
        await sending;
        return error == WorkerError.None
            ? new(error, reader.Status, reader.ContentType, Encoding.Latin1.GetString(reader.Body.Span), reader.IsReusable)
            : new(error, 0, "", "", false);
    }

    private static async Task SendAsync(SocketPair pair, string[] segments, Task reading, bool oneByOne, bool close)
    {
        foreach (var segment in segments)
        {
            if (reading.IsCompleted)
                break;
            await Task.WhenAny(pair.SendAsync(segment), reading);

            // The next segment leaves after the reader has taken this one; otherwise the reader would get both at once.
            while (oneByOne && pair.Near.Available > 0 && !reading.IsCompleted)
                await Task.Yield();
        }

        if (close)
            pair.Far.Shutdown(SocketShutdown.Send);
    }

    private sealed record Read(WorkerError Error, int Status, string ContentType, string Body, bool IsReusable);

    private sealed class SocketPair(Socket near, Socket far) : IDisposable
    {
        public Socket Near => near;

        public Socket Far => far;

        public static async Task<SocketPair> CreateAsync()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await near.ConnectAsync(listener.LocalEndpoint);
            var far = await listener.AcceptSocketAsync();
            far.NoDelay = true;
            return new(near, far);
        }

        public async Task SendAsync(string text)
        {
            ReadOnlyMemory<byte> bytes = Encoding.Latin1.GetBytes(text);
            try
            {
                while (bytes.Length > 0)
                    bytes = bytes[await far.SendAsync(bytes)..];
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The reader has stopped reading. The test checks its verdict.
            }
        }

        public void Dispose()
        {
            near.Dispose();
            far.Dispose();
        }
    }
}
