namespace Steelyard.Pool;

/// <summary>Counts the events of the last minute, up to a maximum. Its owner guards it with a lock.</summary>
internal sealed class RecentEvents(TimeProvider time)
{
    private const int Most = 10_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Queue<long> events = new();

    public void Add()
    {
        if (events.Count == Most)
            events.Dequeue();
        events.Enqueue(time.GetTimestamp());
    }

    public int Count()
    {
        while (events.TryPeek(out var oldest) && time.GetElapsedTime(oldest) > Window)
            events.Dequeue();
        return events.Count;
    }
}
