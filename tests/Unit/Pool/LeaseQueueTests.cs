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
}
