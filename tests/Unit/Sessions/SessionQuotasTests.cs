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
