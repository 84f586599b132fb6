namespace Steelyard.Sessions;

/// <summary>When a session is over. Pure.</summary>
/// <param name="Ttl">Longest idle time.</param>
/// <param name="MaxAge">Longest life, or null for no end.</param>
public readonly record struct SessionClock(TimeSpan Ttl, TimeSpan? MaxAge)
{
    /// <summary>Time left to a session: never negative.</summary>
    /// <param name="age">Time since it was created.</param>
    /// <param name="idle">Time since its last request ended; zero while one is open.</param>
    /// <param name="open">Requests under way and clients attached.</param>
    public TimeSpan Remaining(TimeSpan age, TimeSpan idle, int open)
    {
        var left = open > 0 ? TimeSpan.MaxValue : Ttl - idle;
        if (MaxAge is { } max && max - age < left)
            left = max - age;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    public bool IsOver(TimeSpan age, TimeSpan idle, int open) => Remaining(age, idle, open) == TimeSpan.Zero;
}
