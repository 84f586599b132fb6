using System.Text;
using Microsoft.Extensions.Time.Testing;
using Steelyard.Tests.Unit.Machine;
using Steelyard.Tests.Unit.WorkerHttp;
using Steelyard.WorkerHttp;
using Steelyard.Workers;

namespace Steelyard.Tests.Unit.Workers;

public sealed class WorkerResetTests
{
    [Theory]
    [InlineData("""{"available":true,"session_id":null}""")]
    [InlineData("""{"session_id":null,"available":true}""")]
    [InlineData("""{"available":true}""")]
    [InlineData(""" { "available" : true , "more" : {"session_id":"x","available":false} } """)]
    [InlineData("""{"list":[{"available":false}],"available":true}""")]
    [InlineData("""{"\u0061vailable":true}""")]
    public void Free_is_available_and_no_session(string status) =>
        Assert.True(IsFree(status));

    [Theory]
    [InlineData("""{"available":false,"session_id":null}""")]
    [InlineData("""{"available":true,"session_id":"abc"}""")]
    [InlineData("""{"session_id":"abc","available":true}""")]
    [InlineData("""{"available":true,"session_id":7}""")]
    [InlineData("""{"available":"true"}""")]
    [InlineData("""{"available":1}""")]
    [InlineData("""{"available":{"available":true}}""")]
    [InlineData("""{"nested":{"available":true}}""")]
    [InlineData("""{"Available":true}""")]
    [InlineData("""[{"available":true}]""")]
    [InlineData("""["available",true]""")]
    [InlineData("{}")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("ok")]
    [InlineData("""{"available":true""")]
    [InlineData("""{"available":true} rubbish""")]
    [InlineData("""{"available":true}{"available":true}""")]
    [InlineData("""{"available":true,"available":false}""")]
    public void Anything_else_is_not(string status) => Assert.False(IsFree(status));

    [Theory]
    [InlineData("""{"\ud800":1,"available":true}""")]
    [InlineData("""{"\ud800\ud800":1,"available":true}""")]
    [InlineData("""{"available\udfff":1,"available":true}""")]
    public void A_name_that_is_half_a_surrogate_pair_does_not_break_it(string status) =>
        Assert.True(IsFree(status));

    [Fact]
    public void Deep_nesting_is_not_free() =>
        Assert.False(IsFree(
            "{\"available\":true,\"x\":" + new string('[', 10_000) + new string(']', 10_000) + "}"));

    [Theory]
    [InlineData("204 No Content", true)]
    [InlineData("200 OK", true)]
    [InlineData("202 Accepted", true)]
    [InlineData("404 Not Found", true)]
    [InlineData("500 Internal Server Error", false)]
    [InlineData("403 Forbidden", false)]
    public async Task A_worker_is_clean_when_its_session_is_gone_and_it_says_so(string deleted, bool clean)
    {
        await using var server = ScriptedServer.Answering(request => request.StartsWith("DELETE /sessions/one ", StringComparison.Ordinal)
            ? $"HTTP/1.1 {deleted}\r\nContent-Length: 0\r\n\r\n"
            : Reply.Json("""{"available":true,"session_id":null}"""));
        using var client = new WorkerClient(
            new SocketConnector(new(1 << 20)),
            WorkerProtocol.Challenge,
            server.Port,
            1024,
            TimeSpan.FromSeconds(5),
            new FakeTimeProvider());
        Assert.Equal(
            clean,
            await Until.DoneAsync(WorkerReset.RunAsync(client, "/sessions/one", TimeSpan.FromSeconds(5), new FakeTimeProvider())));
        Assert.Equal(clean ? 2 : 1, server.Requests.Count);
    }

    [Fact]
    public async Task A_worker_that_held_nothing_is_only_asked()
    {
        await using var server = ScriptedServer.Answering(_ => Reply.Json("""{"available":true}"""));
        using var client = new WorkerClient(
            new SocketConnector(new(1 << 20)),
            WorkerProtocol.Challenge,
            server.Port,
            1024,
            TimeSpan.FromSeconds(5),
            new FakeTimeProvider());
        Assert.True(await Until.DoneAsync(WorkerReset.RunAsync(client, null, TimeSpan.FromSeconds(5), new FakeTimeProvider())));
        Assert.StartsWith("GET /status ", Assert.Single(server.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_stays_busy_is_not_clean_at_the_deadline()
    {
        await using var server = ScriptedServer.Answering(_ => Reply.Json("""{"available":false,"session_id":"x"}"""));
        var time = new FakeTimeProvider();
        using var client = new WorkerClient(
            new SocketConnector(new(1 << 20)), WorkerProtocol.Challenge, server.Port, 1024, TimeSpan.FromSeconds(5), time);
        var cleaning = WorkerReset.RunAsync(client, null, TimeSpan.FromSeconds(1), time);
        await Until.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(20));
                return cleaning.IsCompleted;
            },
            "the deadline");
        Assert.False(await cleaning);
        Assert.True(server.Requests.Count > 1, "it was asked again");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("/sessions/one")]
    public async Task A_worker_that_we_cannot_ask_is_not_to_blame_and_is_asked_when_we_can(string? session)
    {
        await using var server = ScriptedServer.Answering(
            request => request.StartsWith("DELETE", StringComparison.Ordinal)
                ? "HTTP/1.1 204 No Content\r\n\r\n"
                : Reply.Json("""{"available":true}"""));
        var (machine, time) = (new ShortMachine(), new FakeTimeProvider());
        using var client = new WorkerClient(machine, WorkerProtocol.Challenge, server.Port, 1024, TimeSpan.FromSeconds(5), time);
        var cleaning = WorkerReset.RunAsync(client, session, TimeSpan.FromSeconds(1), time);
        await ShortMachine.PassAsync(time, () => machine.Asked > 50);
        Assert.False(cleaning.IsCompleted);
        machine.HasDescriptors = true;
        await ShortMachine.PassAsync(time, () => cleaning.IsCompleted);
        Assert.True(await cleaning);
    }

    private static bool IsFree(string status) =>
        WorkerProtocol.Challenge.ReadStatus(Encoding.UTF8.GetBytes(status)) is { IsFree: true };
}
