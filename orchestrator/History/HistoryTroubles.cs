namespace Steelyard.History;

/// <summary>Logs what a failing disk costs, at most once a minute, however often it fails. One lock.</summary>
internal sealed class HistoryTroubles(TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private long? said;
    private long lost;
    private long lostInAll;
    private long failures;
    private string latest = "";

    /// <summary>Number of rows that will never be written.</summary>
    public long Lost
    {
        get
        {
            lock (gate)
                return lostInAll;
        }
    }

    /// <summary>Why a read or write has failed the last time; empty when none has.</summary>
    public string Latest
    {
        get
        {
            lock (gate)
                return latest;
        }
    }

    /// <summary>Counts a read or write that failed.</summary>
    /// <param name="rows">Number of rows that will never be written because of it.</param>
    /// <param name="why">The cause, for the log.</param>
    public void Add(int rows, string why)
    {
        lock (gate)
        {
            lost += rows;
            lostInAll += rows;
            failures++;
            latest = why;
        }

        Report();
    }

    /// <summary>Logs failures that are not logged yet, unless the last report is less than a minute old.</summary>
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

        logger.LogError(
            "History: {Lost} ended sessions are not written down; reads or writes have failed {Failures} times, " +
            "the last time because {Why}",
            now.Lost,
            now.Failures,
            now.Why);
    }
}
