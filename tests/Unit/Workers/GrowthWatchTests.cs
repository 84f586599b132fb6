using Steelyard.Workers;

namespace Steelyard.Tests.Unit.Workers;

public sealed class GrowthWatchTests
{
    private readonly GrowthWatch watch = new(slack: 10, most: 4);

    [Fact]
    public void The_first_measurement_is_due() => Assert.True(watch.IsDue(-5));

    [Fact]
    public void One_is_due_when_the_figure_is_above_its_lowest_value_by_more_than_the_slack()
    {
        watch.Settle(100);
        Assert.False(watch.IsDue(110));
        Assert.False(watch.IsDue(50));
        Assert.True(watch.IsDue(61));
        Assert.True(watch.IsDue(61), "it stays due until it is made");
        watch.Settle(61);
        Assert.False(watch.IsDue(71));
    }

    [Fact]
    public void One_is_due_when_it_was_skipped_too_often()
    {
        watch.Settle(0);
        Assert.Equal([false, false, false, true], Enumerable.Range(0, 4).Select(_ => watch.IsDue(0)));
        watch.Settle(0);
        Assert.False(watch.IsDue(0));
    }
}
