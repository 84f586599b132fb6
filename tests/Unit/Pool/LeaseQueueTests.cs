using Microsoft.Extensions.Time.Testing;
using Steelyard.Pool;

namespace Steelyard.Tests.Unit.Pool;

public sealed class LeaseQueueTests
{
    [Theory]
    [InlineData(0, 60, 1)]
    [InlineData(5, 60, 5)]
    [InlineData(16, 120, 8)]
    [InlineData(1000, 60, 30)]
    [InlineData(3, 0, 1)]
    [InlineData(1, 10_000, 1)]
    public void The_wait_is_judged_by_those_who_were_served_within_the_last_minute(int waiting, int served, double seconds) =>
        Assert.Equal(seconds, LeaseQueue.Estimate(waiting, served).TotalSeconds);

    [Fact]
    public void One_that_has_waited_elsewhere_stands_before_those_that_came_later()
    {
        var (gate, time) = (new Lock(), new FakeTimeProvider());
        var queue = new LeaseQueue(gate, time);
        var places = new List<LeaseQueue.Place>();
        lock (gate)
        {
            foreach (var waited in new[] { 0, 2, 1, 2, 3 })
                places.Add(queue.AddNeedsLock(Standing.New, TimeSpan.FromSeconds(waited), limit: 10));
            foreach (var next in new[] { 4, 1, 3, 2, 0 })
            {
                Assert.DoesNotContain(places, place => place.Lease.Task.IsCompleted);
                Assert.True(queue.TryHandOverNeedsLock(new(null!, null!)));
                Assert.True(places[next].Lease.Task.IsCompleted);
                places[next] = new(Standing.New, 0);
            }
        }
    }
}
