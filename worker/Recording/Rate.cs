namespace SteelBrowser.Recording;

/// <summary>Counts events within each second. Not for several threads.</summary>
internal sealed class Rate(TimeProvider time)
{
    private long second;
    private int count;

    /// <summary>Counts one event. Returns how many there were in this second, with this one.</summary>
    public int Count()
    {
        var now = time.GetTimestamp() / time.TimestampFrequency;
        count = now == second ? count + 1 : 1;
        second = now;
        return count;
    }
}
