using Microsoft.Extensions.Time.Testing;
using Steelyard.Sessions;

namespace Steelyard.Tests.Unit.Sessions;

public sealed class SessionQuotasTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void So_many_creates_may_be_under_way_and_no_more()
    {
        var quotas = new SessionQuotas(new() { KeyMaxCreating = 2 }, time);
        var first = quotas.Take("a");
        using var second = quotas.Take("a");
        Assert.Contains(
            "2 creates under way",
            Assert.Throws<QuotaExceededException>(() => quotas.Take("a")).Message,
            StringComparison.Ordinal);
        quotas.Take("b").Dispose();
        first.BecomeLive();
        using var third = quotas.Take("a");
        Assert.Throws<QuotaExceededException>(() => quotas.Take("a"));
    }

    [Fact]
    public void What_is_live_and_what_is_under_way_count_together_and_a_place_comes_back_once()
    {
        var quotas = new SessionQuotas(new() { KeyMaxSessions = 2 }, time);
        var live = quotas.Take("a");
        live.BecomeLive();
        var creating = quotas.Take("a");
        Assert.Throws<QuotaExceededException>(() => quotas.Take("a"));
        live.Dispose();
        live.Dispose();
        quotas.Take("a");
        Assert.Throws<QuotaExceededException>(() => quotas.Take("a"));
        creating.Dispose();
        quotas.Take("a");
    }

    [Fact]
    public void Creates_come_at_their_rate_and_a_second_of_rest_saves_up_no_more_than_a_seconds_worth()
    {
        var quotas = new SessionQuotas(new() { KeyCreatesPerSecond = 2 }, time);
        Assert.Equal(2, Granted(quotas));
        time.Advance(TimeSpan.FromSeconds(0.25));
        var refused = Assert.Throws<QuotaExceededException>(() => quotas.Take("a"));
        Assert.Equal(TimeSpan.FromSeconds(0.25), refused.RetryAfter);
        time.Advance(refused.RetryAfter);
        Assert.Equal(1, Granted(quotas));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(2, Granted(quotas));
    }

    [Fact]
    public void What_other_nodes_hold_counts_too()
    {
        var quotas = new SessionQuotas(new() { KeyMaxSessions = 3, KeyMaxCreating = 2 }, time)
        {
            Elsewhere = holder => holder == "a" ? new(Held: 2, Creating: 1, Rate: 0, Nodes: 1) : default,
        };
        quotas.Take("a");
        Assert.Throws<QuotaExceededException>(() => quotas.Take("a"));
        quotas.Take("b");
        quotas.Take("b");
        Assert.Equal(new KeyUse(1, 1, 0, 1), quotas.Uses()["a"]);
    }

    [Theory]
    [InlineData(0, 1, 10)]
    [InlineData(4, 1, 6)]  // What the others leave.
    [InlineData(10, 1, 5)] // An equal share at least.
    [InlineData(40, 3, 2.5)]
    public void Creates_come_at_the_rate_that_other_nodes_leave(double rate, int nodes, double expected)
    {
        var quotas = new SessionQuotas(new() { KeyCreatesPerSecond = 10 }, time) { Elsewhere = _ => new(0, 0, rate, nodes) };
        Granted(quotas);
        var granted = 0;
        for (var tenths = 0; tenths < 600; tenths++)
        {
            time.Advance(TimeSpan.FromSeconds(0.1));
            granted += Granted(quotas);
        }

        Assert.InRange(granted, (60 * expected) - 1, (60 * expected) + 1);
        Assert.InRange(quotas.Uses()["a"].Rate, 0.8 * expected, 1.5 * expected);
    }

    [Fact]
    public void Without_keys_nothing_is_counted()
    {
        var quotas = new SessionQuotas(new() { KeyMaxSessions = 1, KeyMaxCreating = 1, KeyCreatesPerSecond = 1 }, time);
        for (var i = 0; i < 10; i++)
            quotas.Take(null).BecomeLive();
    }

    private static int Granted(SessionQuotas quotas)
    {
        for (var granted = 0; ; granted++)
        {
            if (Record.Exception(() => quotas.Take("a").Dispose()) is QuotaExceededException)
                return granted;
        }
    }
}
