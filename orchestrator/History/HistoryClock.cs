namespace Steelyard.History;

/// <summary>
/// Decides which rows are too old to keep. The wall clock may be wrong, especially at boot, and deleted rows do not come back when it is
/// corrected. So the wall clock is trusted only after it has run for some hours without being set, measured by the monotonic clock. Until
/// then no row is too old. One lock.
/// </summary>
public sealed class HistoryClock
{
    private static readonly TimeSpan LongestTrial = TimeSpan.FromHours(6);

    // More than the wall clock is slewed by between two looks.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly TimeSpan age;
    private readonly TimeProvider time;
    private DateTimeOffset wall;
    private long monotonic;
    private TimeSpan steady;

    /// <param name="age">How long ended sessions are kept. The clock must run as long without being set, at most six hours.</param>
    /// <param name="time">The wall clock and the monotonic clock.</param>
    public HistoryClock(TimeSpan age, TimeProvider time)
    {
        this.age = age;
        this.time = time;
        (wall, monotonic) = (time.GetUtcNow(), time.GetTimestamp());
    }

    /// <summary>
    /// Returns the current time and the oldest end time to keep: rows that ended before it are too old. Null while the clock cannot be
    /// trusted.
    /// </summary>
    public (DateTimeOffset Now, DateTimeOffset Oldest)? Look()
    {
        lock (gate)
        {
            var (now, timestamp) = (time.GetUtcNow(), time.GetTimestamp());
            steady = Next(steady, now - wall, time.GetElapsedTime(monotonic, timestamp));
            (wall, monotonic) = (now, timestamp);
            return steady < Trial(age) ? null : (now, now - age);
        }
    }

    internal static TimeSpan Trial(TimeSpan age) => age < LongestTrial ? age : LongestTrial;

    /// <summary>How long the wall clock has run without being set. Pure.</summary>
    /// <param name="steady">The result at the last look.</param>
    /// <param name="byWall">Time since then by the wall clock.</param>
    /// <param name="byMonotonic">Time since then by the monotonic clock.</param>
    internal static TimeSpan Next(TimeSpan steady, TimeSpan byWall, TimeSpan byMonotonic) =>
        (byWall - byMonotonic).Duration() > Tolerance ? TimeSpan.Zero : steady + byMonotonic;
}
