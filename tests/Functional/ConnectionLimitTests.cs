using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Steelyard.Tests.Functional;

/// <summary>Limits on what a client can use before its request is read, tested with real sockets.</summary>
public sealed class ConnectionLimitTests
{
    private const string Health = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_head_that_never_ends_is_408_after_its_time()
    {
        await using var node = await TestNode.StartAsync(options => options with { HeadTimeout = TimeSpan.FromSeconds(1) });
        using var slow = await ConnectAsync(node);
        Assert.Equal("HTTP/1.1 408 Request Timeout", await AskAsync(slow, "GET /health HTTP/1.1\r\nX: "));
    }

    [Fact]
    public async Task A_connection_without_a_request_is_closed_after_its_time()
    {
        await using var node = await TestNode.StartAsync(options => options with { IdleTimeout = TimeSpan.FromSeconds(1) });
        using var silent = await ConnectAsync(node);
        Assert.True(await IsClosedAsync(silent));
        using var used = await ConnectAsync(node);
        Assert.Equal("HTTP/1.1 200 OK", await AskAsync(used, Health));
        Assert.True(await IsClosedAsync(used));
    }

    [Fact]
    public async Task Heads_beyond_their_limits_are_refused_and_those_within_are_served()
    {
        await using var node = await TestNode.StartAsync(
            options => options with { MaxRequestLineBytes = 256, MaxHeaders = 16, MaxHeaderBytes = 1024 });
        var headers = string.Concat(Enumerable.Range(0, 15).Select(n => $"X-{n}: y\r\n"));
        Assert.Equal("HTTP/1.1 200 OK", await AskOnceAsync(node, $"GET /health HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"));
        Assert.Equal(
            "HTTP/1.1 431 Request Header Fields Too Large",
            await AskOnceAsync(node, $"GET /health HTTP/1.1\r\nHost: localhost\r\n{headers}X-15: y\r\n\r\n"));
        Assert.Equal(
            "HTTP/1.1 431 Request Header Fields Too Large",
            await AskOnceAsync(node, $"GET /health HTTP/1.1\r\nHost: localhost\r\nX: {new string('y', 1024)}\r\n\r\n"));
        Assert.Equal(
            "HTTP/1.1 414 URI Too Long",
            await AskOnceAsync(node, $"GET /health?{new string('y', 256)} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_cut_and_the_others_go_on()
    {
        await using var node = await TestNode.StartAsync(options => options with { MaxConnections = 3 });
        var held = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ConnectAsync(node)));
        foreach (var one in held)
            Assert.Equal("HTTP/1.1 200 OK", await AskAsync(one, Health));
        Assert.True(await IsCutAsync(node));
        Assert.Equal("HTTP/1.1 200 OK", await AskAsync(held[0], Health));
        foreach (var one in held)
            one.Dispose();
        await Eventually.IsTrueAsync(async () => await AskOnceAsync(node, Health) == "HTTP/1.1 200 OK", "there is room again");
    }

    [Fact]
    public async Task Who_asks_nothing_makes_room_for_who_does()
    {
        await using var node = await TestNode.StartAsync(options => options with { MaxConnections = 3 });
        using var served = await ConnectAsync(node);
        Assert.Equal("HTTP/1.1 200 OK", await AskAsync(served, Health));
        using var first = await ConnectAsync(node);
        for (var i = 0; i < 50; i++)
        {
            using var silent = await ConnectAsync(node);
            Assert.Equal("HTTP/1.1 200 OK", await AskOnceAsync(node, Health));
        }

        Assert.True(await IsClosedAsync(first));
        Assert.Equal("HTTP/1.1 200 OK", await AskAsync(served, Health));
    }

    [Fact]
    public async Task Who_asks_without_a_key_makes_room_for_who_has_one()
    {
        await using var node = await TestNode.StartAsync(options => options with { MaxConnections = 2, ApiKeys = ["the-right-key-of-16"] });
        using var leaving = new CancellationTokenSource();
        var strangers = Enumerable.Range(0, 8).Select(_ => AskAgainAndAgainAsync(node, leaving.Token)).ToList();
        for (var i = 0; i < 20; i++)
        {
            await Eventually.IsTrueAsync(
                async () => await AskOnceAsync(
                    node, "GET /sessions HTTP/1.1\r\nHost: localhost\r\nx-api-key: the-right-key-of-16\r\n\r\n") == "HTTP/1.1 200 OK",
                "the one with a key is served");
        }

        await leaving.CancelAsync();
        await Task.WhenAll(strangers);
    }

    // Uses one connection until it is closed, and then opens the next.
    private static async Task AskAgainAndAgainAsync(TestNode node, CancellationToken leaving)
    {
        while (!leaving.IsCancellationRequested)
        {
            try
            {
                using var stranger = await ConnectAsync(node);
                while (!leaving.IsCancellationRequested && await AskAsync(stranger, Health) == "HTTP/1.1 200 OK")
                {
                }
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                // The node closed the connection to make room.
            }
        }
    }

    [Fact]
    public async Task While_all_connections_are_busy_others_are_told_and_operators_served()
    {
        await using var node = await TestNode.StartAsync(
            options => options with { MaxConnections = 2, Worker = "simulated --faults never-ready@start=1:busy" });
        const string Create = "POST /sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
        var waiting = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => ConnectAsync(node)));
        foreach (var one in waiting)
            await one.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Create));
        await Eventually.IsTrueAsync(() => node.Pool.Status().Queued == 2, "both wait");
        foreach (var _ in Enumerable.Range(0, 50))
        {
            Assert.Equal("HTTP/1.1 503 Service Unavailable", await AskOnceAsync(node, Create));
            Assert.Equal("HTTP/1.1 200 OK", await AskOnceAsync(node, Health));
            Assert.Equal("HTTP/1.1 200 OK", await AskOnceAsync(node, "GET /workers HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        }

        foreach (var one in waiting)
            one.Dispose();
    }

    [Fact]
    public async Task One_address_gets_its_share_and_another_address_is_served()
    {
        await using var node = await TestNode.StartAsync(options => options with { AddressMaxConnections = 2 });
        var greedy = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => ConnectAsync(node, "127.0.0.2")));
        foreach (var one in greedy)
            Assert.Equal("HTTP/1.1 200 OK", await AskAsync(one, Health));
        Assert.True(await IsCutAsync(node, "127.0.0.2"));
        using (var other = await ConnectAsync(node, "127.0.0.3"))
            Assert.Equal("HTTP/1.1 200 OK", await AskAsync(other, Health));
        greedy[0].Dispose();
        await Eventually.IsTrueAsync(
            async () => await AskOnceAsync(node, Health, "127.0.0.2") == "HTTP/1.1 200 OK",
            "the place of a connection that has ended is free again");
        greedy[1].Dispose();
    }

    [Fact]
    public async Task A_trusted_proxy_stands_for_many_clients()
    {
        await using var node = await TestNode.StartAsync(
            options => options with { AddressMaxConnections = 1, TrustedProxies = [IPAddress.Parse("127.0.0.2")] });
        var all = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ConnectAsync(node, "127.0.0.2")));
        foreach (var one in all)
        {
            Assert.Equal("HTTP/1.1 200 OK", await AskAsync(one, Health));
            one.Dispose();
        }
    }

    private static async Task<TcpClient> ConnectAsync(TestNode node, string from = "127.0.0.1")
    {
        var client = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        await client.ConnectAsync(IPAddress.Loopback, node.Http.BaseAddress!.Port);
        return client;
    }

    private static async Task<string> AskOnceAsync(TestNode node, string bytes, string from = "127.0.0.1")
    {
        try
        {
            using var client = await ConnectAsync(node, from);
            return await AskAsync(client, bytes);
        }
        catch (SocketException)
        {
            return "";
        }
    }

    /// <summary>The first line of the response; empty when there is no response.</summary>
    private static async Task<string> AskAsync(TcpClient client, string bytes)
    {
        try
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(bytes));
            var buffer = new byte[4096];
            var count = await client.GetStream().ReadAsync(buffer).AsTask().WaitAsync(Patience);
            return Encoding.ASCII.GetString(buffer, 0, count).Split("\r\n")[0];
        }
        catch (IOException)
        {
            return "";
        }
    }

    // A new connection is closed, perhaps before the client has noticed that it is connected.
    private static async Task<bool> IsCutAsync(TestNode node, string from = "127.0.0.1")
    {
        try
        {
            using var newcomer = await ConnectAsync(node, from);
            return await IsClosedAsync(newcomer);
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static async Task<bool> IsClosedAsync(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Patience) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
