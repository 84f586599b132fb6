using System.Globalization;

namespace Steelyard.Contract;

/// <summary>Times in replies: UTC in ISO 8601, with milliseconds and a Z, as JavaScript writes them.</summary>
internal static class IsoTime
{
    public static string Of(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
