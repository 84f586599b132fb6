using Microsoft.Extensions.Time.Testing;
using Steelyard.Pool;

namespace Steelyard.Tests.Unit.Pool;

public sealed class DemandTests
{
    private readonly FakeTimeProvider time = new();

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(1, 0, 0)]
    [InlineData(1, 1, 3)]
    [InlineData(4, 1, 8)]
    [InlineData(50, 0.5, 35)]
    public void It_is_what_arrives_during_a_start_and_two_deviations(double perSecond, double seconds, int needed) =>
        Assert.Equal(needed, Demand.Needed(perSecond, TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Without_creates_the_option_counts() => Assert.Equal(4, new Demand(time).Warm(4));

    [Fact]
    public void No_idle_worker_is_kept_when_none_is_wanted()
    {
        var demand = Busy();
        Assert.Equal(0, demand.Warm(0));
    }

    [Fact]
    public void A_steady_load_is_learned_and_forgotten()
    {
        var demand = Busy();
        Assert.InRange(demand.Warm(4), 15, 25); // Ten per second, each start a second: 10 + 2 √10 are 17.
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(4, demand.Warm(4));
    }

    [Fact]
    public void One_slow_start_changes_little()
    {
        var demand = Busy();
        var before = demand.Warm(4);
        demand.Started(TimeSpan.FromSeconds(2));
        Assert.InRange(demand.Warm(4), before, before + 4);
    }

    private Demand Busy()
    {
        var demand = new Demand(time);
        demand.Started(TimeSpan.FromSeconds(1));
        for (var create = 0; create < 600; create++)
        {
            demand.Ask();
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        return demand;
    }
}
