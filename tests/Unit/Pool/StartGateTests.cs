using Steelyard.Pool;

namespace Steelyard.Tests.Unit.Pool;

public sealed class StartGateTests
{
    private readonly StartGate gate = new();

    [Fact]
    public void Any_number_starts_while_none_has_failed()
    {
        for (var start = 0; start < 100; start++)
            Assert.True(gate.TryBegin(At(0), out _));
    }

    [Fact]
    public void One_failure_delays_nobody()
    {
        Fail(0);
        Assert.True(gate.TryBegin(At(0), out _));
        Assert.True(gate.TryBegin(At(0), out _));
    }

    [Theory]
    [InlineData(2, 0.5)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(8, 20)]
    [InlineData(50, 20)]
    public void After_more_failures_in_a_row_one_starts_per_delay(int failures, double delay)
    {
        for (var failure = 0; failure < failures; failure++)
            Fail(100);
        Assert.Equal(At(delay), gate.Wait(At(100)));
        Assert.False(gate.TryBegin(At(100 + delay - 0.001), out _));
        Assert.True(gate.TryBegin(At(100 + delay), out _));
        Assert.False(gate.TryBegin(At(100 + delay), out _));
        Assert.True(gate.TryBegin(At(100 + delay + delay), out _));
    }

    [Fact]
    public void Starts_that_were_under_way_together_fail_once()
    {
        gate.TryBegin(At(0), out var first);
        gate.TryBegin(At(0), out var second);
        gate.Fail(first, "exit status 7", At(1), jitter: 0);
        gate.Fail(second, "exit status 8", At(2), jitter: 0);
        Assert.Equal(1, gate.Failures);
        Assert.Equal("exit status 8", gate.Cause);
    }

    [Fact]
    public void Three_failures_in_a_row_count_as_failing_and_are_told_once()
    {
        Assert.False(Fail(0));
        Assert.False(Fail(0));
        Assert.False(gate.IsFailing);
        Assert.True(Fail(0));
        Assert.True(gate.IsFailing);
        Assert.False(Fail(0));
    }

    [Fact]
    public void The_first_success_opens_it()
    {
        for (var failure = 0; failure < 10; failure++)
            Fail(0);
        gate.TryBegin(At(1000), out var begun);
        Assert.True(gate.Succeed(begun));
        Assert.False(gate.IsFailing);
        Assert.Null(gate.Cause);
        Assert.Equal(TimeSpan.Zero, gate.Wait(At(0)));
        Assert.False(gate.Succeed(begun));
    }

    [Fact]
    public void A_worker_from_before_the_failures_does_not_open_it()
    {
        gate.TryBegin(At(0), out var old);
        for (var failure = 0; failure < 3; failure++)
            Fail(0);
        Assert.False(gate.Succeed(old));
        Assert.False(gate.Succeed(-1));
        Assert.True(gate.IsFailing);
    }

    [Fact]
    public void A_start_that_began_before_a_success_does_not_close_it()
    {
        Fail(0);
        gate.TryBegin(At(0), out var late);
        gate.Succeed(late);
        gate.Fail(late, "exit status 7", At(1), jitter: 0);
        Assert.Equal(0, gate.Failures);
        Assert.Null(gate.Cause);
    }

    [Fact]
    public void In_a_shortage_one_tries_each_second_and_the_program_is_not_to_blame()
    {
        gate.FailShort("no memory", At(10), jitter: 0);
        Assert.False(gate.TryBegin(At(10.9), out _));
        Assert.True(gate.TryBegin(At(11), out _));
        Assert.False(gate.TryBegin(At(11.9), out _));
        Assert.False(gate.IsFailing);
        Assert.True(gate.EndShortage(At(11.9)));
        Assert.True(gate.TryBegin(At(11.9), out _));
        Assert.False(gate.EndShortage(At(11.9)));
    }

    [Fact]
    public void A_machine_that_recovers_gets_its_time()
    {
        gate.FailShort("no memory", At(10), jitter: 0, recovery: TimeSpan.FromSeconds(20));
        gate.FailShort("no port", At(11), jitter: 0);
        Assert.False(gate.EndShortage(At(12))); // A start that had begun before.
        Assert.False(gate.TryBegin(At(29.9), out _));
        Assert.True(gate.TryBegin(At(30), out _));
        Assert.False(gate.TryBegin(At(30.9), out _));
        Assert.True(gate.TryBegin(At(31), out _));
        Assert.True(gate.EndShortage(At(31)));
    }

    [Fact]
    public void The_end_of_a_shortage_does_not_excuse_a_program_that_fails()
    {
        for (var failure = 0; failure < 5; failure++)
            Fail(0);
        gate.FailShort("no memory", At(0), jitter: 0);
        Assert.False(gate.EndShortage(At(1)));
        Assert.True(gate.IsFailing);
    }

    private bool Fail(double at)
    {
        gate.TryBegin(At(at + 1000), out var begun);
        return gate.Fail(begun, "exit status 7", At(at), jitter: 0);
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
