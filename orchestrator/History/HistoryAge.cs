namespace Steelyard.History;

/// <summary>
/// What is too old to be kept. The wall clock may be wrong, at boot above all, and what is deleted does not come back when it is set
/// right. So it is believed once it has gone on for some hours without being set, as the monotonic clock tells; until then nothing is too
/// old. One lock.
/// </summary>
public sealed class HistoryAge
{
    private static readonly TimeSpan LongestTrial = TimeSpan.FromHours(6);

    // More than it is slewed by between two looks.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly TimeSpan age;
    private readonly TimeProvider time;
    private DateTimeOffset wall;
    private long monotonic;
    private TimeSpan steady;

    /// <param name="age">How long ended sessions are kept. The clock is on trial for as long, six hours at most.</param>
    /// <param name="time">Both clocks.</param>
    public HistoryAge(TimeSpan age, TimeProvider time)
    {
        this.age = age;
        this.time = time;
        (wall, monotonic) = (time.GetUtcNow(), time.GetTimestamp());
    }

    /// <summary>
    /// The time by a clock that can be believed, and the one before which whatever ended is too old; null while the clock cannot be
    /// believed.
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

    /// <summary>For how long the wall clock has gone on without being set. Pure.</summary>
    /// <param name="steady">That, at the last look.</param>
    /// <param name="byWall">Since then, as the wall clock has it.</param>
    /// <param name="byMonotonic">Since then, as it was.</param>
    internal static TimeSpan Next(TimeSpan steady, TimeSpan byWall, TimeSpan byMonotonic) =>
        (byWall - byMonotonic).Duration() > Tolerance ? TimeSpan.Zero : steady + byMonotonic;
}
