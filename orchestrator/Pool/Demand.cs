namespace Steelyard.Pool;

/// <summary>
/// Learns how many idle workers a pool needs: as many as creates arrive while one worker starts (Little's law), and a reserve, because
/// they do not arrive evenly. Guarded by the pool's lock.
/// </summary>
internal sealed class Demand(TimeProvider time)
{
    // Short enough to follow a load that rises, and long enough that single creates do not count.
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(10);

    // Each start changes the average by this part.
    private const double Weight = 1.0 / 8;

    private double rate; // Creates per second, at the last create.
    private long last;
    private TimeSpan start;

    /// <summary>Records a create.</summary>
    public void Ask()
    {
        rate = RateNow() + (1 / Memory.TotalSeconds);
        last = time.GetTimestamp();
    }

    /// <summary>Records how long a worker has taken from its spawn to ready.</summary>
    public void Started(TimeSpan took) => start = start == TimeSpan.Zero ? took : start + ((took - start) * Weight);

    /// <summary>Number of idle workers to keep ready now, at least <paramref name="least"/>; zero if that is zero.</summary>
    public int Warm(int least) => least == 0 ? 0 : Math.Max(least, Needed(RateNow(), start));

    /// <summary>
    /// The mean number of creates that arrive during a start, plus two standard deviations of the Poisson distribution: one create in forty
    /// then finds no idle worker. Pure.
    /// </summary>
    internal static int Needed(double perSecond, TimeSpan start)
    {
        var mean = perSecond * start.TotalSeconds;
        return (int)Math.Ceiling(mean + (2 * Math.Sqrt(mean)));
    }

    private double RateNow() => rate * Math.Exp(-time.GetElapsedTime(last) / Memory);
}
