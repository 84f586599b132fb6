namespace Steelyard.Pool;

/// <summary>When the next worker may start after one has failed. Pure: times in, decision out.</summary>
/// <param name="FirstDelay">Delay before the second restart; the first one is at once.</param>
/// <param name="MaxDelay">Ceiling of the doubling delay, and how long a slot stays parked.</param>
/// <param name="Window">How long a failure counts.</param>
/// <param name="MaxFailures">More failures than this within the window park the slot.</param>
public sealed record RestartPolicy(TimeSpan FirstDelay, TimeSpan MaxDelay, TimeSpan Window, int MaxFailures)
{
    /// <summary>0.5 s doubling to 20 s; parked after more than 5 failures within 60 s.</summary>
    public static readonly RestartPolicy Default = new(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(60), 5);

    private static readonly TimeSpan ShortageDelay = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The delay after a start that failed for want of descriptors, memory, room or a port: no worker is to blame, and it may be over any
    /// moment.
    /// </summary>
    /// <param name="jitter">0 to 1, cuts the delay by up to a quarter.</param>
    public static TimeSpan DelayAfterShortage(double jitter) => Cut(ShortageDelay, jitter);

    /// <summary>Decides from the failures of a slot in a row, newest last; those older than the window do not count.</summary>
    /// <param name="failures">Times since any fixed start.</param>
    /// <param name="now">The present on the same scale.</param>
    /// <param name="jitter">0 to 1, spreads slots that failed together: a delay is cut by up to a quarter.</param>
    /// <param name="mayPark">Enough other slots are not parked; else this one goes on with the doubling delay.</param>
    public RestartDecision Next(IReadOnlyCollection<TimeSpan> failures, TimeSpan now, double jitter, bool mayPark)
    {
        var recent = failures.Count(at => now - at < Window);
        return recent > MaxFailures && mayPark ? new(Cut(MaxDelay, jitter), Park: true) : new(DelayAfter(recent, jitter), Park: false);
    }

    /// <summary>
    /// The delay after so many failures in a row: none after the first, then <see cref="FirstDelay"/> doubling to <see cref="MaxDelay"/>.
    /// </summary>
    /// <param name="failures">0 or more.</param>
    /// <param name="jitter">0 to 1, cuts the delay by up to a quarter.</param>
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
/// <param name="Delay">How long it waits.</param>
/// <param name="Park">It should count as out of order meanwhile.</param>
public readonly record struct RestartDecision(TimeSpan Delay, bool Park);
