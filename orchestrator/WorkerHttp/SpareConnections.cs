namespace Steelyard.WorkerHttp;

/// <summary>
/// Number of idle connections that all workers together may keep, in addition to the few that each worker always may. A worker with many
/// calls at a time would otherwise be connected anew for each of them. Thread-safe.
/// </summary>
internal sealed class SpareConnections(int most)
{
    private int left = most;

    /// <summary>Takes the place of one connection. False when all are taken.</summary>
    public bool TryTake()
    {
        if (Interlocked.Decrement(ref left) >= 0)
            return true;
        Interlocked.Increment(ref left);
        return false;
    }

    /// <summary>Gives the place of one connection back.</summary>
    public void Give() => Interlocked.Increment(ref left);
}
