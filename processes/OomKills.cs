using System.Globalization;

namespace Steelyard.Processes;

/// <summary>
/// Counts the processes, including those of other programs, that the kernel has killed since boot because memory ran out.
/// </summary>
internal static class OomKills
{
    private const string Counter = "oom_kill ";

    /// <summary>Returns the count, or null if the kernel does not report it.</summary>
    public static long? Count(string path = "/proc/vmstat")
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault(line => line.StartsWith(Counter, StringComparison.Ordinal)) is { } line
                && long.TryParse(line.AsSpan(Counter.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                ? count
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
