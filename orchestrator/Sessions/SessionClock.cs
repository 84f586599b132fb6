using System.Text.Json.Serialization;

namespace Steelyard.Sessions;

/// <summary>Computes when a session is over. Has no side effects.</summary>
/// <param name="Ttl">Longest idle time of a session.</param>
/// <param name="MaxAge">Longest life of a session; null for no limit.</param>
public readonly record struct SessionClock(TimeSpan Ttl, TimeSpan? MaxAge)
{
    /// <summary>A client that is attached and sends nothing does not use the session. Otherwise the connection counts as use.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] // Older orchestrators' records lack it.
    public bool IsIdleWhileSilent { get; init; }

    /// <summary>The time a session has left; never negative.</summary>
    /// <param name="age">Time since it was created.</param>
    /// <param name="idle">Time since its last request ended; zero while one is open.</param>
    /// <param name="open">Number of open requests and attached clients.</param>
    public TimeSpan Remaining(TimeSpan age, TimeSpan idle, int open)
    {
        var left = open > 0 ? TimeSpan.MaxValue : Ttl - idle;
        if (MaxAge is { } max && max - age < left)
            left = max - age;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    public bool IsOver(TimeSpan age, TimeSpan idle, int open) => Remaining(age, idle, open) == TimeSpan.Zero;
}
