using Steelyard.Dialects.Operator;
using Steelyard.Events;

namespace Steelyard.Tests.Unit.Dialects;

public sealed class NodeCountsTests
{
    private static readonly WorkerName Worker = new("w1", 4711, 20001);

    [Fact]
    public void They_count_from_one_look_to_the_next()
    {
        var counts = new NodeCounts();
        for (var i = 1; i <= 100; i++)
            counts.Take(new SessionCreated(Guid.NewGuid(), null, Worker, TimeSpan.FromMilliseconds(i), false));
        counts.Take(new SessionEnded(Guid.NewGuid(), null, Worker, "worker_lost", "", null, TimeSpan.Zero, null));
        counts.Take(new SessionEnded(Guid.NewGuid(), null, Worker, "deleted", "", null, TimeSpan.Zero, null));
        counts.Take(new CreateRefused("full", "queue_full"));
        counts.Take(new WorkerExited(Worker, "exit 1", null, "crashed", null));
        counts.Take(new WorkerExited(Worker, "exit 0", "Idle", "retired", null));
        var count = counts.Take();
        Assert.Equal((100, 1, 1, 1), (count.Created, count.Lost, count.Refused, count.Exited));
        Assert.Equal((0.05, 0.099), (count.WaitAt(0.5), count.WaitAt(0.99)));
        var next = counts.Take();
        Assert.Equal((0, null), (next.Created, next.WaitAt(0.5)));
    }
}
