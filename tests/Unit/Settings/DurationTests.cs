using Steelyard.Settings;

namespace Steelyard.Tests.Unit.Settings;

public sealed class DurationTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("1ms", 1)]
    [InlineData("5s", 5_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("0.8s", 800)]
    [InlineData("0.1s", 100)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("0.5h", 1_800_000)]
    [InlineData("1000h", 3_600_000_000)]
    [InlineData("7d", 604_800_000)]
    [InlineData("0.5d", 43_200_000)]
    [InlineData("60000m", 3_600_000_000)]
    public void Reads_what_people_write(string text, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Duration.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("ms")]
    [InlineData("5")]
    [InlineData("5 s")]
    [InlineData(" 5s")]
    [InlineData("5s ")]
    [InlineData("5S")]
    [InlineData("5sec")]
    [InlineData("-5s")]
    [InlineData("+5s")]
    [InlineData("1e3s")]
    [InlineData("1,000s")]
    [InlineData("1,5s")]
    [InlineData("1.2.3s")]
    [InlineData("NaNs")]
    [InlineData("Infinitys")]
    [InlineData("1m30s")]
    [InlineData("00:01:00")]
    public void Refuses_anything_else_and_says_how_to_write_it(string text)
    {
        var e = Assert.Throws<FormatException>(() => Duration.Parse(text));
        Assert.Contains($"'{text}'", e.Message, StringComparison.Ordinal);
        Assert.Contains("5s", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0s")]
    [InlineData("0ms")]
    [InlineData("0.0h")]
    public void Refuses_zero(string text) => Assert.Throws<FormatException>(() => Duration.Parse(text));

    [Theory]
    [InlineData("0.00001ms")]
    [InlineData("0.000000001s")]
    public void Refuses_what_is_so_short_that_it_would_become_zero(string text) =>
        Assert.Throws<FormatException>(() => Duration.Parse(text));

    [Theory]
    [InlineData("1000.1h")]
    [InlineData("60001m")]
    [InlineData("42d")]
    [InlineData("99999999999999999999s")]
    public void Refuses_more_than_a_thousand_hours(string text) => Assert.Throws<FormatException>(() => Duration.Parse(text));

    [Fact]
    public void Takes_more_where_more_is_allowed()
    {
        Assert.Equal(TimeSpan.FromDays(365), Duration.Parse("365d", TimeSpan.FromDays(365)));
        Assert.Throws<FormatException>(() => Duration.Parse("366d", TimeSpan.FromDays(365)));
    }
}
