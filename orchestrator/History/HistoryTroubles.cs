namespace Steelyard.History;

/// <summary>Says in the log what a failing disk costs: once a minute at most, however often it fails. One lock.</summary>
internal sealed class HistoryTroubles(TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private long? said;
    private long lost;
    private long failures;
    private string latest = "";

    /// <summary>A read or write has failed.</summary>
    /// <param name="rows">How many rows will never be written because of it.</param>
    /// <param name="why">What the log shall say.</param>
    public void Add(int rows, string why)
    {
        lock (gate)
        {
            lost += rows;
            failures++;
            latest = why;
        }

        Report();
    }

    /// <summary>Says what has not been said yet, unless it is too soon.</summary>
    public void Report()
    {
        (long Lost, long Failures, string Why) now;
        lock (gate)
        {
            if (failures == 0 || (said is { } last && time.GetElapsedTime(last) < Quiet))
                return;
            now = (lost, failures, latest);
            lost = failures = 0;
            said = time.GetTimestamp();
        }

        logger.LogError("History: {Lost} ended sessions are not written down; reads or writes have failed {Failures} times, the last time because {Why}", now.Lost, now.Failures, now.Why);
    }
}
