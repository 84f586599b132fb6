using System.Globalization;

namespace Steelyard.Processes;

/// <summary>
/// How many processes the kernel has killed for want of memory since the machine started, those of other programs included.
/// </summary>
internal static class OomKills
{
    private const string Counter = "oom_kill ";

    /// <summary>Null where the kernel does not tell.</summary>
    public static long? Count(string path = "/proc/vmstat")
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault(line => line.StartsWith(Counter, StringComparison.Ordinal)) is { } line
                && long.TryParse(line.AsSpan(Counter.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
