using CsCheck;
using Steelyard.Sessions;

namespace Steelyard.Tests.Unit.Sessions;

public sealed class SessionClockTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly SessionClock Minute = new(S(60), null);

    [Fact]
    public void An_idle_session_is_over_at_sixty_seconds_to_the_tick()
    {
        Assert.False(Minute.IsOver(S(60) - Tick, S(60) - Tick, 0));
        Assert.Equal(Tick, Minute.Remaining(S(60) - Tick, S(60) - Tick, 0));
        Assert.True(Minute.IsOver(S(60), S(60), 0));
        Assert.True(Minute.IsOver(S(61), S(61), 0));
    }

    [Fact]
    public void What_counts_is_the_idle_time_and_not_the_age() => Assert.Equal(S(50), Minute.Remaining(S(9999), S(10), 0));

    [Fact]
    public void While_something_is_open_there_is_no_end() => Assert.False(Minute.IsOver(TimeSpan.FromDays(1000), TimeSpan.Zero, 1));

    [Fact]
    public void The_greatest_age_ends_it_however_busy_it_is()
    {
        var clock = new SessionClock(S(60), S(100));
        Assert.False(clock.IsOver(S(100) - Tick, TimeSpan.Zero, 3));
        Assert.True(clock.IsOver(S(100), TimeSpan.Zero, 3));
        Assert.True(clock.IsOver(S(100), TimeSpan.Zero, 0));
        Assert.Equal(S(40), clock.Remaining(S(60), S(1), 1));
        Assert.Equal(S(5), clock.Remaining(S(60), S(55), 0));
        Assert.Equal(S(3), clock.Remaining(S(97), S(1), 0));
    }

    [Fact]
    public void The_time_left_is_never_negative_and_over_means_none_is_left() =>
        Gen.Select(Gen.Double[0, 200], Gen.Double[0, 200], Gen.Int[0, 3], Gen.Double[1, 200]).Sample((age, idle, open, max) =>
        {
            var clock = new SessionClock(S(60), S(max));
            var left = clock.Remaining(S(age), S(idle), open);
            Assert.True(left >= TimeSpan.Zero);
            Assert.Equal(left == TimeSpan.Zero, clock.IsOver(S(age), S(idle), open));
            Assert.Equal(S(age) >= S(max) || (open == 0 && idle >= 60), clock.IsOver(S(age), S(idle), open));
        });

    private static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);
}
