using CsCheck;
using Steelyard.Pool;

namespace Steelyard.Tests.Unit.Pool;

public sealed class RestartPolicyTests
{
    private static readonly RestartPolicy Policy = RestartPolicy.Default;

    [Fact]
    public void The_first_restart_is_at_once() =>
        Assert.Equal(new(TimeSpan.Zero, Park: false), Policy.Next([At(10)], At(10), jitter: 0, mayPark: true));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0.75)]
    public void A_shortage_delays_by_a_second_at_most(double jitter, double seconds) =>
        Assert.Equal(At(seconds), RestartPolicy.DelayAfterShortage(jitter));

    [Fact]
    public void No_failure_at_all_is_a_start_at_once() =>
        Assert.Equal(new(TimeSpan.Zero, Park: false), Policy.Next([], At(10), jitter: 1, mayPark: true));

    [Theory]
    [InlineData(2, 0.5)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(5, 4)]
    public void The_delay_doubles(int failures, double seconds) =>
        Assert.Equal(new(At(seconds), Park: false), Policy.Next(Failures(failures), At(10), jitter: 0, mayPark: true));

    [Fact]
    public void More_than_five_failures_within_the_window_park() =>
        Assert.Equal(new(Policy.MaxDelay, Park: true), Policy.Next(Failures(6), At(10), jitter: 0, mayPark: true));

    [Fact]
    public void A_slot_that_may_not_park_goes_on_doubling() =>
        Assert.Equal(new(At(8), Park: false), Policy.Next(Failures(6), At(10), jitter: 0, mayPark: false));

    [Theory]
    [InlineData(8)]
    [InlineData(30)]
    [InlineData(900)]
    public void The_delay_never_exceeds_its_ceiling(int failures)
    {
        var patient = Policy with { MaxFailures = 1000 };
        Assert.Equal(new(Policy.MaxDelay, Park: false), patient.Next(Failures(failures), At(10), jitter: 0, mayPark: true));
    }

    [Fact]
    public void Failures_older_than_the_window_do_not_count()
    {
        TimeSpan[] failures = [At(0), At(1), At(2), At(3), At(4), At(5)];
        Assert.True(Policy.Next(failures, At(59.999), jitter: 0, mayPark: true).Park);
        Assert.Equal(new(At(4), Park: false), Policy.Next(failures, At(60), jitter: 0, mayPark: true));
        Assert.Equal(new(TimeSpan.Zero, Park: false), Policy.Next(failures, At(65), jitter: 0, mayPark: true));
    }

    [Fact]
    public void Full_jitter_cuts_a_quarter()
    {
        Assert.Equal(At(0.375), Policy.Next(Failures(2), At(10), jitter: 1, mayPark: true).Delay);
        Assert.Equal(At(15), Policy.Next(Failures(6), At(10), jitter: 1, mayPark: true).Delay);
    }

    [Fact]
    public void Any_decision_is_between_nothing_and_the_ceiling_and_parks_only_beyond_the_limit() =>
        Gen.Select(Gen.Double[0, 120].Array[0, 20], Gen.Double[0, 1]).Sample((times, jitter) =>
        {
            var decision = Policy.Next([.. times.Order().Select(At)], At(120), jitter, mayPark: true);
            var recent = times.Count(at => at > 60);
            Assert.InRange(decision.Delay, TimeSpan.Zero, Policy.MaxDelay);
            Assert.Equal(recent > Policy.MaxFailures, decision.Park);
            Assert.Equal(recent <= 1, decision.Delay == TimeSpan.Zero);
        });

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private static TimeSpan[] Failures(int count) => [.. Enumerable.Repeat(At(10), count)];
}
