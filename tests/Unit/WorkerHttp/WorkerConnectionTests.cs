using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Steelyard.WorkerHttp;

namespace Steelyard.Tests.Unit.WorkerHttp;

/// <summary>One call: how it is sent, and how it can end.</summary>
public sealed class WorkerConnectionTests
{
    private const int MaxReply = 1000;
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task A_create_posts_the_body_with_a_json_type_and_its_length()
    {
        await using var server = ScriptedServer.Answering(_ => Reply.Json("""{"id":"1"}""", "201 Created"));
        using var client = Client(server.Port);
        using var reply = await client.CreateAsync("""{"a":1}"""u8.ToArray());
        Assert.Equal((WorkerError.None, 201, """{"id":"1"}"""), (reply.Error, reply.Status, Reply.Text(reply)));
        Assert.True(reply.IsSuccess);
        Assert.Equal(
            "POST /sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}",
            server.Requests.Single());
    }

    [Fact]
    public async Task Other_calls_have_no_body_and_go_to_their_paths()
    {
        await using var server = ScriptedServer.Answering(_ => Ok);
        using var client = Client(server.Port);
        foreach (var reply in new[]
        {
            await client.GetAsync(WorkerProtocol.Challenge.SessionPath("a b/ü")),
            await client.EndAsync(WorkerProtocol.Challenge.SessionPath("1")),
            await client.HealthAsync(Limit),
            await client.StatusAsync(Limit),
            await client.DiscoverAsync("PUT", "/json/new?about:blank"),
        })
            reply.Dispose();
        Assert.Equal(
            ["GET /sessions/a%20b%2F%C3%BC", "DELETE /sessions/1", "GET /health", "GET /status", "PUT /json/new?about:blank"],
            server.Requests.Select(request => request[..request.IndexOf(" HTTP/", StringComparison.Ordinal)]));
        Assert.All(server.Requests, request => Assert.EndsWith("\r\n\r\n", request, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_longer_than_the_buffer_is_sent_whole()
    {
        await using var server = ScriptedServer.Answering(_ => Ok);
        using var client = Client(server.Port);
        var path = "/sessions/" + new string('p', 10_000);
        (await client.GetAsync(path)).Dispose();
        using var reply = await client.CreateAsync(Encoding.ASCII.GetBytes(new string('b', 500_000)));
        Assert.True(reply.IsSuccess);
        Assert.StartsWith($"GET {path} HTTP/1.1\r\n", server.Requests.First(), StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n" + new string('b', 500_000), server.Requests.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_drip_one_at_a_time_are_a_reply()
    {
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.ReadRequestAsync();
            foreach (var character in Reply.Chunked("hello", "world"))
            {
                await connection.SendAsync(character.ToString());
                await Task.Yield();
            }
        });
        using var client = Client(server.Port);
        using var reply = await Until.DoneAsync(client.GetAsync("/x").AsTask());
        Assert.Equal("helloworld", Reply.Text(reply));
    }

    [Fact]
    public async Task A_reset_connection_is_closed()
    {
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.ReadRequestAsync();
            connection.Reset();
        });
        using var client = Client(server.Port);
        using var reply = await Until.DoneAsync(client.GetAsync("/x").AsTask());
        Assert.Equal(WorkerError.Closed, reply.Error);
    }

    [Fact]
    public async Task A_port_on_which_nobody_listens_is_refused()
    {
        int port;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        using var client = Client(port);
        using var reply = await Until.DoneAsync(client.GetAsync("/x").AsTask());
        Assert.Equal(WorkerError.Refused, reply.Error);
    }

    [Fact]
    public async Task A_worker_that_never_answers_is_timed_out_at_the_deadline_and_not_before()
    {
        await using var server = new ScriptedServer(connection => connection.ReadRequestAsync());
        using var client = Client(server.Port);
        var call = client.GetAsync("/x").AsTask();
        await Until.TrueAsync(() => server.Requests.Count == 1, "the request came");
        time.Advance(Limit - TimeSpan.FromMilliseconds(1));
        await Task.WhenAny(call, Task.Delay(20));
        Assert.False(call.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        using var reply = await Until.DoneAsync(call);
        Assert.Equal(WorkerError.TimedOut, reply.Error);
    }

    [Fact]
    public async Task A_deadline_that_comes_late_says_nothing_about_the_worker()
    {
        await using var server = new ScriptedServer(connection => connection.ReadRequestAsync());
        using var client = Client(server.Port);
        var call = client.GetAsync("/x").AsTask();
        await Until.TrueAsync(() => server.Requests.Count == 1, "the request came");
        time.Advance(Limit + TimeSpan.FromSeconds(1));
        using var reply = await Until.DoneAsync(call);
        Assert.Equal(WorkerError.Late, reply.Error);
    }

    [Fact]
    public async Task A_reply_that_stops_half_way_is_timed_out_at_the_deadline_of_the_whole_call()
    {
        var isSent = new TaskCompletionSource();
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
            isSent.SetResult();
        });
        using var client = Client(server.Port);
        var call = client.HealthAsync(TimeSpan.FromMilliseconds(100)).AsTask();
        await isSent.Task;

        // Nothing tells when the client has read it. Bytes that it reads only at the deadline would make the call late.
        await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMilliseconds(100));
        using var reply = await Until.DoneAsync(call);
        Assert.Equal(WorkerError.TimedOut, reply.Error);
    }

    [Theory]
    [InlineData("/json/new?a\tb \x01\r\n", "/json/new?a%09b%20%01%0D%0A")]
    [InlineData("/json/new?\u00fc\ud83d\ude42", "/json/new?%C3%BC%F0%9F%99%82")]
    [InlineData("/json/new?http://a/%41#~!", "/json/new?http://a/%41#~!")]
    public async Task What_a_request_line_cannot_hold_is_escaped(string path, string sent)
    {
        await using var server = ScriptedServer.Answering(_ => Ok);
        using var client = Client(server.Port);
        (await client.DiscoverAsync("PUT", path)).Dispose();
        Assert.StartsWith($"PUT {sent} HTTP/1.1\r\n", server.Requests.Single(), StringComparison.Ordinal);
    }

    private WorkerClient Client(int port) => new(new SocketConnector(new(1 << 20)), WorkerProtocol.Challenge, port, MaxReply, Limit, time);
}
