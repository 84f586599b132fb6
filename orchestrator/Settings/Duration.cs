using System.Globalization;

namespace Steelyard.Settings;

/// <summary>Durations as people write them: <c>500ms</c>, <c>5s</c>, <c>2m</c>, <c>1h</c>, <c>7d</c>; fractions are allowed.</summary>
public static class Duration
{
    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
        ("d", TimeSpan.FromDays(1)),
    ];

    private static readonly TimeSpan Usual = TimeSpan.FromHours(1000);

    /// <summary>
    /// Parses a duration. Throws <see cref="FormatException"/> for any other text, for zero, and for more than 1,000 hours, because timers
    /// cannot wait much longer.
    /// </summary>
    public static TimeSpan Parse(string text) => Parse(text, Usual);

    /// <summary>As <see cref="Parse(string)"/>, with another maximum. For durations that no timer waits for.</summary>
    public static TimeSpan Parse(string text, TimeSpan longest)
    {
        foreach (var (unit, length) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(
                    text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
                && count * length.TotalHours <= longest.TotalHours
                && count * length > TimeSpan.Zero)
                return count * length;
        }

        throw new FormatException(
            $"'{text}' is not a duration above 0 and up to {longest.TotalHours:0} hours: use a value such as 500ms, 5s, 2m, 1h or 7d");
    }
}
