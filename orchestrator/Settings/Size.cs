using System.Globalization;

namespace Steelyard.Settings;

/// <summary>Sizes as people write them: a number of bytes, or <c>64K</c>, <c>16M</c>, <c>2G</c>, <c>1T</c>, also with <c>iB</c>.</summary>
public static class Size
{
    private const string Units = "KMGT";

    /// <summary>Parses a size in bytes. Throws <see cref="FormatException"/> for any other text, and for one out of range.</summary>
    public static long Parse(string text, long least, long most)
    {
        var number = text.EndsWith("iB", StringComparison.Ordinal) ? text[..^2] : text;
        var power = number.Length > 0 ? Units.IndexOf(number[^1], StringComparison.Ordinal) + 1 : 0;
        if (power == 0 && number.Length < text.Length)
            number = text; // 5iB
        else if (power > 0)
            number = number[..^1];
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count <= long.MaxValue >> (10 * power)
            && count << (10 * power) is var bytes
            && bytes >= least
            && bytes <= most
                ? bytes
                : throw new FormatException(
                    $"'{text}' is not a size from {Show(least)} to {Show(most)}: use a number of bytes, or a value such as 64K, 16M or 2G");
    }

    /// <summary>The shortest form that <see cref="Parse"/> reads.</summary>
    public static string Show(long bytes)
    {
        var power = 0;
        for (; power < Units.Length && bytes > 0 && bytes % 1024 == 0; power++)
            bytes /= 1024;
        return power == 0 ? $"{bytes}" : $"{bytes}{Units[power - 1]}";
    }
}
