using Steelyard.Hosting;

namespace Steelyard.Tests.Unit.Hosting;

public sealed class NodeSilenceTests
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly NodeSilence silence = new(TimeSpan.FromSeconds(300), TimeSpan.FromSeconds(30), Period);

    [Fact]
    public void One_that_answered_hangs_after_thirty_seconds_of_silence()
    {
        silence.Tick(Period, isAlive: true);
        Assert.Equal(30, TicksUntilItHangs(Period));
    }

    [Fact]
    public void A_sign_of_life_begins_the_count_anew()
    {
        silence.Tick(Period, isAlive: true);
        for (var tick = 1; tick < 30; tick++)
            Assert.False(silence.Tick(Period, isAlive: false));
        Assert.False(silence.Tick(Period, isAlive: true));
        Assert.Equal(30, TicksUntilItHangs(Period));
    }

    [Fact]
    public void A_start_is_no_hang()
    {
        Assert.Equal(300, TicksUntilItHangs(Period));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(60)]
    [InlineData(86_400)]
    public void Time_in_which_we_did_not_run_does_not_count(int late)
    {
        silence.Tick(Period, isAlive: true);
        for (var tick = 0; tick < 1000; tick++)
            Assert.False(silence.Tick(TimeSpan.FromSeconds(late), isAlive: false));
        Assert.Equal(30, TicksUntilItHangs(Period));
    }

    [Fact]
    public void Ticks_that_come_a_little_late_count_by_their_length()
    {
        silence.Tick(Period, isAlive: true);
        Assert.Equal(20, TicksUntilItHangs(TimeSpan.FromSeconds(1.5)));
    }

    private int TicksUntilItHangs(TimeSpan each)
    {
        for (var ticks = 1; ticks < 10_000; ticks++)
        {
            if (silence.Tick(each, isAlive: false))
                return ticks;
        }

        return 0;
    }
}
