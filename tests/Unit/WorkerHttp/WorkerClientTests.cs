using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using Steelyard.WorkerHttp;

namespace Steelyard.Tests.Unit.WorkerHttp;

public sealed class WorkerClientTests
{
    private const int MaxReply = 1000;
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private readonly FakeTimeProvider time = new();

    // A deadline that is never reached: for tests that keep a connection and do not depend on time.
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_connection_is_used_again()
    {
        await using var server = ScriptedServer.Answering(_ => Ok);
        using var client = KeepingClient(server.Port);
        for (var i = 0; i < 20; i++)
            (await Until.DoneAsync(client.GetAsync("/x").AsTask())).Dispose();
        Assert.Equal(20, server.Requests.Count);
        Assert.Equal(1, server.Accepted);
    }

    [Fact]
    public async Task A_reply_that_announces_the_end_is_not_followed_by_another_request()
    {
        await using var server = ScriptedServer.Answering(_ => "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        using var client = KeepingClient(server.Port);
        (await client.GetAsync("/1")).Dispose();
        (await client.GetAsync("/2")).Dispose();
        Assert.Equal(2, server.Accepted);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_stale_connection_that_the_worker_has_closed_is_replaced(string method)
    {
        var closed = new TaskCompletionSource();
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(Ok);
            if (connection.Number > 1)
                return;
            connection.Close();
            closed.SetResult();
        });
        using var client = KeepingClient(server.Port);
        (await client.GetAsync("/1")).Dispose();
        await Until.DoneAsync(closed.Task);
        using var reply = await Until.DoneAsync(
            method == "GET" ? client.GetAsync("/2").AsTask() : client.CreateAsync("{}"u8.ToArray()).AsTask());
        Assert.Equal("ok", Reply.Text(reply));
        Assert.Equal(2, server.Accepted);
    }

    [Fact]
    public async Task A_get_on_a_connection_closed_in_that_very_moment_is_asked_again_on_a_new_one()
    {
        await using var server = ClosesOnSecondRequest();
        using var client = KeepingClient(server.Port);
        (await client.GetAsync("/1")).Dispose();
        using var reply = await Until.DoneAsync(client.GetAsync("/2").AsTask());
        Assert.Equal("ok", Reply.Text(reply));
        Assert.Equal(2, server.Accepted);
    }

    [Fact]
    public async Task A_create_on_a_connection_closed_in_that_very_moment_is_never_sent_twice()
    {
        await using var server = ClosesOnSecondRequest();
        using var client = KeepingClient(server.Port);
        (await client.GetAsync("/1")).Dispose();
        using var reply = await Until.DoneAsync(client.CreateAsync("{}"u8.ToArray()).AsTask());
        Assert.Equal(WorkerError.Closed, reply.Error);
        Assert.Single(server.Requests, request => request.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reply_is_not_overwritten_by_the_next_call_while_it_is_in_use()
    {
        await using var server = ScriptedServer.Answering(request => Reply.Json(request.Split(' ')[1]));
        using var client = Client(server.Port);
        using var first = await client.GetAsync("/first");
        using var second = await client.GetAsync("/second");
        Assert.Equal(("/first", "/second"), (Reply.Text(first), Reply.Text(second)));
        Assert.Equal(2, server.Accepted);
    }

    [Fact]
    public async Task Many_calls_at_once_each_get_their_own_reply()
    {
        await using var server = ScriptedServer.Answering(request => Reply.Json(request.Split(' ')[1]));
        using var client = KeepingClient(server.Port);
        await Until.DoneAsync(Task.WhenAll(Enumerable.Range(0, 30).Select(async i =>
        {
            for (var round = 0; round < 20; round++)
            {
                using var reply = await client.GetAsync($"/{i}/{round}");
                Assert.Equal($"/{i}/{round}", Reply.Text(reply));
            }
        })));
    }

    [Fact]
    public async Task Sixty_four_calls_at_once_are_made_and_one_more_is_busy()
    {
        await using var server = ScriptedServer.Answering(_ => Ok);
        using var client = KeepingClient(server.Port);
        var held = new List<WorkerReply>();
        for (var i = 0; i < 64; i++)
            held.Add(await client.GetAsync("/x"));
        Assert.All(held, reply => Assert.Equal(WorkerError.None, reply.Error));
        Assert.Equal(WorkerError.Busy, (await client.GetAsync("/x")).Error);
        held.ForEach(reply => reply.Dispose());
        using var after = await client.GetAsync("/x");
        Assert.Equal(WorkerError.None, after.Error);
    }

    [Fact]
    public async Task An_idle_connection_is_used_even_when_all_the_others_are_busy()
    {
        await using var server = ScriptedServer.Answering(_ => Ok);
        using var client = KeepingClient(server.Port);
        var held = new List<WorkerReply>();
        for (var i = 0; i < 64; i++)
            held.Add(await client.GetAsync("/x"));
        held[0].Dispose();
        using var reply = await client.GetAsync("/x");
        Assert.Equal(WorkerError.None, reply.Error);
        held.Skip(1).ToList().ForEach(reply => reply.Dispose());
    }

    [Fact]
    public async Task Dispose_closes_the_calls_under_way_and_refuses_later_ones()
    {
        await using var server = new ScriptedServer(connection => connection.ReadRequestAsync());
        var client = KeepingClient(server.Port);
        var calls = Enumerable.Range(0, 10).Select(_ => client.GetAsync("/x").AsTask()).ToList();
        await Until.TrueAsync(() => server.Requests.Count == 10, "all calls are under way");
        client.Dispose();
        Assert.All(await Until.DoneAsync(Task.WhenAll(calls)), reply => Assert.Equal(WorkerError.Closed, reply.Error));
        Assert.Equal(WorkerError.Closed, (await client.GetAsync("/x")).Error);
        Assert.Equal(10, server.Accepted);
    }

    [Fact]
    public async Task Dispose_during_a_reply_that_keeps_coming_is_closed_and_no_exception()
    {
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (true)
                await connection.SendAsync("1\r\nx\r\n");
        });
        var failures = new ConcurrentQueue<Exception>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 150; i++)
            {
                var client = new WorkerClient(
                    new SocketConnector(new(1 << 20)), WorkerProtocol.Challenge, server.Port, 1 << 20, Never, TimeProvider.System);
                var call = client.GetAsync("/x").AsTask();
                for (var yields = i % 40; yields > 0; yields--)
                    await Task.Yield();
                client.Dispose();
                try
                {
                    (await Until.DoneAsync(call)).Dispose();
                }
                catch (Exception e)
                {
                    failures.Enqueue(e);
                }
            }
        })));
        Assert.Empty(failures.Select(e => e.ToString()));
    }

    [Fact]
    public async Task Dispose_in_the_moment_of_a_reply_gives_the_reply_or_closed_and_no_exception()
    {
        await using var server = ScriptedServer.Answering(_ => Ok);
        var failures = new ConcurrentQueue<Exception>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                var client = KeepingClient(server.Port);
                (await client.GetAsync("/1")).Dispose();
                var call = client.GetAsync("/2").AsTask();
                for (var yields = i % 60; yields > 0; yields--)
                    await Task.Yield();
                client.Dispose();
                try
                {
                    using var reply = await Until.DoneAsync(call);
                    Assert.True(reply.Error is WorkerError.None or WorkerError.Closed, reply.ToString());
                }
                catch (Exception e)
                {
                    failures.Enqueue(e);
                }
            }
        })));
        Assert.Empty(failures.Select(e => e.ToString()));
    }

    [Fact]
    public async Task Silence_is_counted_from_the_last_answer_of_any_kind()
    {
        await using var server = ScriptedServer.Answering(
            request => request.Contains("/bad", StringComparison.Ordinal)
                ? "rubbish"
                : Reply.Json("no", "500 Internal Server Error"));
        using var client = Client(server.Port);
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(3), client.SinceLastAnswer);
        (await client.GetAsync("/x")).Dispose();
        Assert.Equal(TimeSpan.Zero, client.SinceLastAnswer);
        time.Advance(TimeSpan.FromSeconds(2));
        (await client.GetAsync("/bad")).Dispose();
        Assert.Equal(TimeSpan.FromSeconds(2), client.SinceLastAnswer);
        client.ForgiveSilence();
        Assert.Equal(TimeSpan.Zero, client.SinceLastAnswer);
    }

    private static ScriptedServer ClosesOnSecondRequest() => new(async connection =>
    {
        await connection.ReadRequestAsync();
        await connection.SendAsync(Ok);
        if (connection.Number > 1)
            return;
        await connection.ReadRequestAsync();
        connection.Close();
    });

    private static WorkerClient KeepingClient(int port) =>
        new(new SocketConnector(new(1 << 20)), WorkerProtocol.Challenge, port, MaxReply, Never, TimeProvider.System);

    private WorkerClient Client(int port) => new(new SocketConnector(new(1 << 20)), WorkerProtocol.Challenge, port, MaxReply, Limit, time);
}
