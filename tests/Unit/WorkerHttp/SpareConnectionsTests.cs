using Steelyard.WorkerHttp;

namespace Steelyard.Tests.Unit.WorkerHttp;

public sealed class SpareConnectionsTests
{
    private const int Burst = 8;
    private const int Spare = 3;
    private readonly SpareConnections spare = new(Spare);

    [Fact]
    public async Task A_burst_leaves_two_connections_and_the_spare_ones_of_all_workers()
    {
        await using var server = ScriptedServer.Answering(_ => Reply.Json("yes", "200 OK"));
        using var one = Client(server.Port);
        using var other = Client(server.Port);
        Assert.Equal(Burst, await AcceptedAsync(server, one));
        Assert.Equal(Burst - WorkerClient.KeptIdle - Spare, await AcceptedAsync(server, one));
        Assert.Equal(Burst, await AcceptedAsync(server, other));
        Assert.Equal(Burst - WorkerClient.KeptIdle, await AcceptedAsync(server, other));
        one.Trim();
        await AcceptedAsync(server, other);
        Assert.Equal(Burst - WorkerClient.KeptIdle - Spare, await AcceptedAsync(server, other));
        other.Dispose();
        await AcceptedAsync(server, one);
        Assert.Equal(Burst - WorkerClient.KeptIdle - Spare, await AcceptedAsync(server, one));
    }

    // Makes many calls at a time, and returns how many connections that opened. Each reply keeps its connection until all are there.
    private static async Task<int> AcceptedAsync(ScriptedServer server, WorkerClient client)
    {
        var before = server.Accepted;
        var replies = await Task.WhenAll(Enumerable.Range(0, Burst).Select(_ => client.GetAsync("/x").AsTask()));
        Assert.All(replies, reply => Assert.True(reply.IsSuccess));
        foreach (var reply in replies)
            reply.Dispose();
        return server.Accepted - before;
    }

    private WorkerClient Client(int port) => new(
        new SocketConnector(new(1 << 20)),
        WorkerProtocol.Challenge,
        port,
        maxReplyBytes: 1024,
        TimeSpan.FromMinutes(1),
        TimeProvider.System,
        spare);
}
