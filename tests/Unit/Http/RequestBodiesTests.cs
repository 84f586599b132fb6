using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Steelyard.Http;
using Steelyard.Sessions;
using Steelyard.Settings;

namespace Steelyard.Tests.Unit.Http;

public sealed class RequestBodiesTests
{
    private static readonly Options Options =
        new() { MaxBodyBytes = 100_000, BodyGrace = TimeSpan.FromSeconds(1), BodyBytesPerSecond = 1000 };
    private readonly FakeTimeProvider time = new();

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1000, 2)]
    [InlineData(2500, 3.5)]
    [InlineData(100_000, 101)]
    public void A_body_has_its_grace_and_a_second_for_each_thousand_bytes_it_has_brought(long received, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), new RequestBodies(Options, time).Deadline(received));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"user":1}""")]
    [InlineData("""  {"n":1.0e+2,"s":"\u00e9\/ é🙂","nested":{"id":[1]}}  """)]
    [InlineData("[1,2]")]
    [InlineData("17")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":"\u0000"}""")]
    public async Task Any_json_comes_back_byte_for_byte(string json) =>
        Assert.Equal(json, Encoding.UTF8.GetString(await ReadAsync(Encoding.UTF8.GetBytes(json))));

    [Theory]
    [InlineData(0L)]
    [InlineData(null)]
    public async Task An_empty_body_is_an_empty_object(long? length) =>
        Assert.Equal("{}", Encoding.UTF8.GetString(await ReadAsync([], length)));

    [Theory]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("{\"a\":1")]
    [InlineData("{\"a\":1}}")]
    [InlineData("{}{}")]
    [InlineData("{} x")]
    [InlineData("{'a':1}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\":01}")]
    [InlineData("{\"a\":NaN}")]
    [InlineData("user=1&x=2")]
    [InlineData("// comment\n{}")]
    [InlineData("\0")]
    [InlineData("{}\0")]
    [InlineData("{\"a\":\"\0\"}")]
    [InlineData("{\"a\":\"\n\"}")]
    public async Task What_is_no_json_is_400_and_says_so(string text)
    {
        var e = await RefusedAsync(Encoding.UTF8.GetBytes(text));
        Assert.Equal(400, e.StatusCode);
        Assert.Contains("not JSON", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invalid_utf8_is_400_wherever_it_stands()
    {
        byte[][] bodies =
        [
            [0xFF],
            [.. "{\"a\":\""u8, 0xC3, .. "\"}"u8],
            [.. "{\""u8, 0xED, 0xA0, 0x80, .. "\":1}"u8],
            [.. "{}"u8, 0xC0, 0x80],
        ];
        foreach (var bytes in bodies)
            Assert.Equal(400, (await RefusedAsync(bytes)).StatusCode);
    }

    [Theory]
    [InlineData(SessionBody.MaxBodyDepth, true)]
    [InlineData(SessionBody.MaxBodyDepth + 1, false)]
    [InlineData(10_000, false)]
    public async Task Nesting_is_let_in_up_to_a_limit_and_deeper_is_400(int depth, bool taken)
    {
        var body = Encoding.ASCII.GetBytes(new string('[', depth) + new string(']', depth));
        if (taken)
            Assert.Equal(body, await ReadAsync(body));
        else
            Assert.Equal(400, (await RefusedAsync(body)).StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_of_the_limit_is_taken_and_one_byte_more_is_413(bool announced)
    {
        var whole = Encoding.ASCII.GetBytes('"' + new string('x', Options.MaxBodyBytes - 2) + '"');
        Assert.Equal(whole, await ReadAsync(whole, announced ? whole.Length : null));
        byte[] more = [.. whole, (byte)' '];
        var e = await RefusedAsync(more, announced ? more.Length : null);
        Assert.Equal(413, e.StatusCode);
        Assert.Contains("100000", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_announced_length_over_the_limit_is_413_before_anything_is_read()
    {
        var pipe = new Pipe();
        var e = await Assert.ThrowsAsync<BadHttpRequestException>(
            () => new RequestBodies(Options, time).ReadJsonAsync(Request(pipe.Reader.AsStream(), Options.MaxBodyBytes + 1L)));
        Assert.Equal(413, e.StatusCode);
    }

    [Fact]
    public async Task A_body_that_does_not_come_is_408_after_the_grace_and_not_before()
    {
        var pipe = new Pipe();
        var read = new RequestBodies(Options, time).ReadJsonAsync(Request(pipe.Reader.AsStream(), 10));
        time.Advance(TimeSpan.FromSeconds(0.999));
        Assert.False(read.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Equal(408, (await Assert.ThrowsAsync<BadHttpRequestException>(() => Until.DoneAsync(read))).StatusCode);
    }

    [Fact]
    public async Task A_body_that_comes_faster_than_the_slowest_rate_is_taken_however_long_it_takes()
    {
        var pipe = new Pipe();
        using var body = new WatchedStream(pipe.Reader.AsStream());
        var read = new RequestBodies(Options, time).ReadJsonAsync(Request(body, null));
        await body.TakenAsync(() => pipe.Writer.WriteAsync("\""u8.ToArray()), read);
        for (var i = 0; i < 20; i++)
        {
            await body.TakenAsync(() => pipe.Writer.WriteAsync(Encoding.ASCII.GetBytes(new string('x', 1000))), read);
            time.Advance(TimeSpan.FromSeconds(0.99));
            Assert.False(read.IsCompleted, $"{i}");
        }

        await pipe.Writer.WriteAsync("\""u8.ToArray());
        await pipe.Writer.CompleteAsync();
        Assert.Equal(20_002, (await Until.DoneAsync(read)).Length);
    }

    [Fact]
    public async Task A_body_that_drips_is_408_although_something_always_comes()
    {
        var pipe = new Pipe();
        using var body = new WatchedStream(pipe.Reader.AsStream());
        var read = new RequestBodies(Options, time).ReadJsonAsync(Request(body, null));
        var seconds = 0;
        for (; seconds < 10 && !read.IsCompleted; seconds++)
        {
            await body.TakenAsync(() => pipe.Writer.WriteAsync("       "u8.ToArray()), read);
            time.Advance(TimeSpan.FromSeconds(0.5));
            await Task.WhenAny(read, Task.Delay(50));
        }

        Assert.InRange(seconds, 2, 5);
        Assert.Equal(408, (await Assert.ThrowsAsync<BadHttpRequestException>(() => Until.DoneAsync(read))).StatusCode);
    }

    private static HttpRequest Request(Stream body, long? length)
    {
        var context = new DefaultHttpContext();
        context.Request.Body = body;
        context.Request.ContentLength = length;
        return context.Request;
    }

    private Task<byte[]> ReadAsync(byte[] body, long? length = null) =>
        new RequestBodies(Options, time).ReadJsonAsync(Request(new MemoryStream(body), length));

    private async Task<BadHttpRequestException> RefusedAsync(byte[] body, long? length = null) =>
        await Assert.ThrowsAsync<BadHttpRequestException>(() => ReadAsync(body, length));
}
