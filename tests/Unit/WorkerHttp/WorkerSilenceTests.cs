using Microsoft.Extensions.Time.Testing;
using Steelyard.Tests.Unit.Machine;
using Steelyard.WorkerHttp;

namespace Steelyard.Tests.Unit.WorkerHttp;

/// <summary>When a silent worker is to blame: it has a whole request, and no part of its reply waits here unread.</summary>
public sealed class WorkerSilenceTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task A_worker_owes_an_answer_from_the_first_question_on_until_it_answers()
    {
        await using var server = ScriptedServer.Answering(
            request => request.Contains("/bad", StringComparison.Ordinal) ? "rubbish" : Reply.Json("yes", "200 OK"));
        using var client = Client(new SocketConnector(new(1 << 20)), server.Port);
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.Zero, client.UnansweredAt(time.GetTimestamp()));
        (await client.GetAsync("/bad")).Dispose();
        time.Advance(TimeSpan.FromSeconds(2));
        (await client.GetAsync("/bad")).Dispose();
        Assert.Equal(TimeSpan.FromSeconds(2), client.UnansweredAt(time.GetTimestamp()));
        (await client.GetAsync("/x")).Dispose();
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.Zero, client.UnansweredAt(time.GetTimestamp()));
    }

    [Fact]
    public async Task A_worker_owes_nothing_while_its_reply_lies_here_unread()
    {
        Unread? connection = null;
        using var client = Client(new ShortMachine { Connect = owner => connection = new(owner) }, 1);
        var call = client.GetAsync("/x").AsTask();
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(2), client.UnansweredAt(time.GetTimestamp()));
        connection!.HasUnreadReply = true;
        Assert.Equal(TimeSpan.Zero, client.UnansweredAt(time.GetTimestamp()));
        client.Dispose();
        (await Until.DoneAsync(call)).Dispose();
    }

    private WorkerClient Client(IConnector connector, int port) => new(connector, WorkerProtocol.Challenge, port, 1000, Limit, time);

    /// <summary>A connection whose reply this node has not read yet.</summary>
    private sealed class Unread(WorkerClient owner) : IWorkerConnection
    {
        private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsStale => false;

        public bool HasUnreadReply { get; set; }

        public async ValueTask<WorkerReply> CallAsync(WorkerRequest request, int maxReplyBytes, TimeSpan timeout)
        {
            owner.HasAsked();
            await closed.Task;
            return new(WorkerError.Closed);
        }

        public void Release(int call) => owner.Return(this, reusable: false);

        public void Dispose() => closed.TrySetResult();
    }
}
