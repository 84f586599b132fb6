using Steelyard.WorkerHttp;

namespace Steelyard.Tests.Unit.WorkerHttp;

/// <summary>
/// A page influences what a worker answers: the size of the answer, the type it claims, and bytes that nobody asked for.
/// </summary>
public sealed class WorkerTrustTests
{
    private const int MaxReply = 1000;
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    [Fact]
    public async Task Replies_whose_size_a_page_decides_share_one_budget()
    {
        await using var server = ScriptedServer.Answering(_ => Reply.Json(new('x', 200_000)));
        using var client = new WorkerClient(
            new SocketConnector(new(700_000)), WorkerProtocol.Challenge, server.Port, 1 << 20, Never, TimeProvider.System);
        using (var first = await client.DiscoverAsync("GET", "/json/list"))
        {
            Assert.True(first.IsSuccess);
            using var second = await client.DiscoverAsync("GET", "/json/list");
            Assert.Equal(WorkerError.Busy, second.Error);
            using var other = await client.GetAsync("/sessions/1");
            Assert.Equal(200_000, other.Body.Length);
        }

        using var next = await client.DiscoverAsync("GET", "/json/list");
        Assert.Equal(200_000, next.Body.Length);
    }

    [Theory]
    [InlineData("rubbish", false, WorkerError.Malformed)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", false, WorkerError.Malformed)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false, WorkerError.Malformed)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", false, WorkerError.TooLarge)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", false, WorkerError.TooLarge)]
    [InlineData("", true, WorkerError.Closed)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le", true, WorkerError.Closed)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", true, WorkerError.Closed)]
    public async Task A_bad_reply_is_an_error_and_no_exception_and_its_connection_is_not_used_again(
        string bad, bool close, WorkerError error)
    {
        await using var server = new ScriptedServer(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                await connection.SendAsync(connection.Number == 1 ? bad : Ok);
                if (connection.Number == 1 && close)
                    connection.Close();
            }
        });
        using var client = Client(server.Port);
        using (var reply = await Until.DoneAsync(client.GetAsync("/x").AsTask()))
            Assert.Equal((error, 0, false, error.ToString()), (reply.Error, reply.Status, reply.IsSuccess, reply.ToString()));
        using var next = await Until.DoneAsync(client.GetAsync("/x").AsTask());
        Assert.Equal("ok", Reply.Text(next));
        Assert.Equal(2, server.Accepted);
    }

    [Fact]
    public async Task Bytes_that_nobody_asked_for_are_not_taken_for_the_next_reply()
    {
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(connection.Number == 1 ? Ok + Reply.Json("smuggled") : Ok);
        });
        using var client = Client(server.Port);
        (await client.GetAsync("/1")).Dispose();
        using var reply = await Until.DoneAsync(client.GetAsync("/2").AsTask());
        Assert.Equal("ok", Reply.Text(reply));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    [InlineData("POST")]
    public async Task Bytes_that_come_while_the_connection_rests_do_not_answer_the_next_call(string method)
    {
        var sent = new TaskCompletionSource();
        var rests = new TaskCompletionSource();
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(Ok);
            if (connection.Number > 1)
                return;
            await rests.Task;
            await connection.SendAsync(Reply.Json("smuggled"));
            sent.SetResult();
        });
        using var client = Client(server.Port);
        (await client.GetAsync("/1")).Dispose();
        rests.SetResult();
        await Until.DoneAsync(sent.Task);
        using var reply = await (method switch
        {
            "GET" => client.GetAsync("/2"),
            "DELETE" => client.EndAsync("/2"),
            _ => client.CreateAsync("{}"u8.ToArray()),
        });
        Assert.Equal("ok", Reply.Text(reply));
    }

    [Theory]
    [InlineData("application/json; charset=utf-8", "application/json; charset=utf-8")]
    [InlineData("Application/JSON", "Application/JSON")]
    [InlineData("text/plain", "text/plain")]
    [InlineData("text/html", "text/plain; charset=utf-8")]
    [InlineData("TEXT/HTML; x=application/json", "text/plain; charset=utf-8")]
    [InlineData("image/svg+xml", "text/plain; charset=utf-8")]
    [InlineData("text/javascript", "text/plain; charset=utf-8")]
    [InlineData("multipart/x-mixed-replace; boundary=x", "text/plain; charset=utf-8")]
    [InlineData("", "text/plain; charset=utf-8")]
    public async Task What_a_browser_would_run_is_plain_text(string told, string passed)
    {
        await using var server = ScriptedServer.Answering(_ => $"HTTP/1.1 200 OK\r\nContent-Type: {told}\r\nContent-Length: 2\r\n\r\nok");
        using var client = Client(server.Port);
        using var reply = await client.GetAsync("/1");
        Assert.Equal(passed, reply.ContentType);
    }

    // The deadline is never reached: time plays no part here.
    private static WorkerClient Client(int port) =>
        new(new SocketConnector(new(1 << 20)), WorkerProtocol.Challenge, port, MaxReply, Never, TimeProvider.System);
}
