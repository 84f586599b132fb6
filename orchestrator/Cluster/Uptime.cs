namespace Steelyard.Cluster;

/// <summary>How long this node runs. One clock for all who tell it, so that they agree.</summary>
internal sealed class Uptime(TimeProvider time)
{
    private readonly long started = time.GetTimestamp();

    public TimeSpan Elapsed => time.GetElapsedTime(started);
}
