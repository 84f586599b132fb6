namespace Steelyard.Pool;

/// <summary>Decides when the next worker may start after a failure. Pure: times in, decision out.</summary>
/// <param name="FirstDelay">Delay before the second restart; the first restart is immediate.</param>
/// <param name="MaxDelay">Maximum of the doubling delay, and the time for which a slot is parked.</param>
/// <param name="Window">How long a failure counts.</param>
/// <param name="MaxFailures">More failures than this within the window park the slot.</param>
public sealed record RestartPolicy(TimeSpan FirstDelay, TimeSpan MaxDelay, TimeSpan Window, int MaxFailures)
{
    /// <summary>0.5 s doubling to 20 s; parked after more than 5 failures within 60 s.</summary>
    public static readonly RestartPolicy Default = new(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(60), 5);

    private static readonly TimeSpan ShortageDelay = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Returns the delay after a start that failed because the machine lacked descriptors, memory, disk space or a port. The worker's
    /// program is not to blame, and the shortage may end at any moment.
    /// </summary>
    /// <param name="jitter">0 to 1; shortens the delay by up to a quarter.</param>
    public static TimeSpan DelayAfterShortage(double jitter) => Cut(ShortageDelay, jitter);

    /// <summary>Decides from a slot's consecutive failures, newest last. Failures older than the window do not count.</summary>
    /// <param name="failures">Times of the failures since any fixed start.</param>
    /// <param name="now">The current time since the same start.</param>
    /// <param name="jitter">0 to 1; shortens the delay by up to a quarter, which spreads slots that failed together.</param>
    /// <param name="mayPark">Enough other slots are not parked; otherwise this slot continues with the doubling delay.</param>
    public RestartDecision Next(IReadOnlyCollection<TimeSpan> failures, TimeSpan now, double jitter, bool mayPark)
    {
        var recent = failures.Count(at => now - at < Window);
        return recent > MaxFailures && mayPark ? new(Cut(MaxDelay, jitter), Park: true) : new(DelayAfter(recent, jitter), Park: false);
    }

    /// <summary>
    /// Returns the delay after a number of consecutive failures: zero after the first, then <see cref="FirstDelay"/> doubling to
    /// <see cref="MaxDelay"/>.
    /// </summary>
    /// <param name="failures">0 or more.</param>
    /// <param name="jitter">0 to 1; shortens the delay by up to a quarter.</param>
    public TimeSpan DelayAfter(int failures, double jitter)
    {
        if (failures <= 1)
            return TimeSpan.Zero;
        var doubled = FirstDelay * Math.Pow(2, Math.Min(failures - 2, 30));
        return Cut(doubled < MaxDelay ? doubled : MaxDelay, jitter);
    }

    private static TimeSpan Cut(TimeSpan delay, double jitter) => delay * (1 - (jitter / 4));
}

/// <summary>What a slot does before its next start.</summary>
/// <param name="Delay">How long the slot waits.</param>
/// <param name="Park">The slot counts as parked during the delay.</param>
public readonly record struct RestartDecision(TimeSpan Delay, bool Park);
