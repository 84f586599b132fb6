namespace Steelyard.Workers;

/// <summary>
/// Decides when an expensive measurement is due: when a cheap figure has grown since the last one, or when it was skipped too often. Not
/// thread-safe.
/// </summary>
/// <param name="slack">The figure may be this much above its lowest value since the last measurement.</param>
/// <param name="most">The measurement is due at least once in this many calls.</param>
internal sealed class GrowthWatch(long slack, int most)
{
    private long? lowest;
    private int calls;

    /// <summary>True if the measurement is due now. The first is always due.</summary>
    public bool IsDue(long figure)
    {
        calls++;
        if (lowest is not { } least || figure - least > slack)
            return true;
        lowest = Math.Min(least, figure);
        return calls >= most;
    }

    /// <summary>Records that the measurement was made; <paramref name="figure"/> is what the figure is after it.</summary>
    public void Settle(long figure) => (lowest, calls) = (figure, 0);
}
