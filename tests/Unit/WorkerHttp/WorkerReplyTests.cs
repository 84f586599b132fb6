using System.Text;
using Steelyard.WorkerHttp;

namespace Steelyard.Tests.Unit.WorkerHttp;

public sealed class WorkerReplyTests
{
    [Fact]
    public async Task A_reply_disposed_twice_does_not_hand_its_connection_to_two_calls()
    {
        await using var server = ScriptedServer.Answering(
            request => Reply.Json($"\"{request[5..request.IndexOf(" HTTP", StringComparison.Ordinal)]}\"", "200 OK"));
        using var client = new WorkerClient(
            new SocketConnector(new(1 << 20)), WorkerProtocol.Challenge, server.Port, 1000, TimeSpan.FromHours(1), TimeProvider.System);
        var first = await client.GetAsync("/1");
        var copy = first;
        first.Dispose();
        using var second = await client.GetAsync("/2");
        copy.Dispose(); // The connection serves the second call by now.
        using var third = await client.GetAsync("/3");
        Assert.Equal(("\"2\"", "\"3\""), (Encoding.ASCII.GetString(second.Body.Span), Encoding.ASCII.GetString(third.Body.Span)));
    }
}
