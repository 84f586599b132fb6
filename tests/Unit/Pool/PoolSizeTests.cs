using CsCheck;
using Steelyard.Pool;

namespace Steelyard.Tests.Unit.Pool;

public sealed class PoolSizeTests
{
    [Theory]
    [InlineData(0, 0, 4, 16, 4)]
    [InlineData(3, 0, 4, 16, 7)]
    [InlineData(3, 2, 4, 16, 9)]
    [InlineData(14, 0, 4, 16, 16)]
    [InlineData(16, 100, 4, 16, 16)]
    [InlineData(0, 5, 0, 16, 5)]
    [InlineData(0, 0, 0, 16, 0)]
    public void A_worker_for_each_lease_and_each_wait_and_the_warm_ones_under_the_ceiling(
        int leased, int waiting, int warm, int max, int target) =>
        Assert.Equal(target, PoolSize.Target(leased, waiting, warm, max));

    [Fact]
    public void Never_above_the_ceiling_and_more_demand_never_means_fewer() =>
        Gen.Select(Gen.Int[0, 100], Gen.Int[0, 100], Gen.Int[0, 100], Gen.Int[1, 100]).Sample((leased, waiting, warm, max) =>
        {
            var target = PoolSize.Target(leased, waiting, warm, max);
            Assert.InRange(target, 0, max);
            Assert.True(PoolSize.Target(leased + 1, waiting, warm, max) >= target);
            Assert.True(PoolSize.Target(leased, waiting + 1, warm, max) >= target);
        });

    [Theory]
    [InlineData(0, 0, 0, 4, 4, 0, false)] // All leased.
    [InlineData(1, 0, 0, 4, 4, 0, true)]
    [InlineData(0, 1, 0, 4, 4, 0, true)]
    [InlineData(0, 1, 0, 4, 4, 1, false)] // A create in the queue already waits for that one.
    [InlineData(0, 0, 0, 3, 4, 0, true)] // One more may start.
    [InlineData(0, 0, 0, 0, 4, 3, true)]
    [InlineData(0, 0, 0, 0, 4, 4, false)]
    public void A_pool_is_available_while_a_create_finds_a_worker_or_one_to_be_started(
        int ready, int starting, int parked, int slots, int max, int queued, bool available) =>
        Assert.Equal(available, new PoolStatus(ready, 0, starting, 0, parked, slots, max, queued, 10, null, 0).IsAvailable);

    [Fact]
    public void While_starts_fail_only_workers_that_are_there_count()
    {
        var failing = new PoolStatus(0, 0, Starting: 2, 0, 0, 2, Max: 16, Queued: 0, 10, null, 0, StartFailures: 3, AreStartsFailing: true);
        Assert.False(failing.IsAvailable);
        Assert.True((failing with { Ready = 1 }).IsAvailable);
    }

    [Theory]
    [InlineData(0, 1, false)]
    [InlineData(1, 8, false)]
    [InlineData(4, 8, true)]
    [InlineData(1, 2, true)]
    public void A_pool_thrashes_when_half_of_its_slots_are_parked(int parked, int slots, bool thrashes) =>
        Assert.Equal(thrashes, new PoolStatus(0, 0, 0, 0, parked, slots, 8, 0, 10, null, 0).IsThrashing);
}
