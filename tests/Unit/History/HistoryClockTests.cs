using Steelyard.History;

namespace Steelyard.Tests.Unit.History;

public sealed class HistoryClockTests
{
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    private readonly SettableClock time = new(Ended.Start);

    [Fact]
    public void Nothing_is_too_old_until_the_clock_has_gone_on_for_six_hours()
    {
        var age = new HistoryClock(Month, time);
        Assert.Null(age.Look());
        time.Advance(TimeSpan.FromHours(6) - TimeSpan.FromSeconds(1));
        Assert.Null(age.Look());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((Ended.Start.AddHours(6), Ended.Start.AddHours(6) - Month), age.Look());
    }

    [Theory]
    [InlineData(40)]
    [InlineData(-40)]
    public void A_clock_that_is_set_is_on_trial_again(int days)
    {
        var age = new HistoryClock(Month, time);
        time.Advance(TimeSpan.FromDays(2));
        Assert.NotNull(age.Look());
        time.SetWall(TimeSpan.FromDays(days));
        Assert.Null(age.Look());
        time.Advance(TimeSpan.FromHours(5));
        Assert.Null(age.Look());
        time.Advance(TimeSpan.FromHours(1));
        Assert.NotNull(age.Look());
    }

    [Fact]
    public void A_clock_that_was_set_while_nobody_looked_is_on_trial()
    {
        var age = new HistoryClock(Month, time);
        time.Advance(TimeSpan.FromDays(2));
        time.SetWall(TimeSpan.FromDays(40));
        time.Advance(TimeSpan.FromDays(2));
        Assert.Null(age.Look());
    }

    [Fact]
    public void A_clock_that_is_slewed_is_believed()
    {
        var age = new HistoryClock(Month, time);
        for (var hour = 0; hour < 6; hour++)
        {
            time.Advance(TimeSpan.FromHours(1));
            time.SetWall(TimeSpan.FromSeconds(2));
            _ = age.Look();
        }

        Assert.NotNull(age.Look());
    }

    [Fact]
    public void Of_a_short_age_the_trial_is_as_short()
    {
        var age = new HistoryClock(TimeSpan.FromMinutes(10), time);
        Assert.Null(age.Look());
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(Ended.Start, age.Look()!.Value.Oldest);
    }
}
