namespace Steelyard.Events;

/// <summary>
/// The last events of this node. Readers keep their own place and may be as slow as they like: a reader that falls behind by more than
/// the ring holds is told how many events it has missed. So a reader costs no memory here.
/// </summary>
/// <param name="time">Dates the events.</param>
public sealed class EventRing(TimeProvider time) : INodeSubscriber
{
    /// <summary>Number of events that are kept.</summary>
    public const int Capacity = 8192;

    // Of the events that a client or a page can cause at will, so many are kept in a second.
    private const int MostAtWill = 20;

    private readonly Lock gate = new();
    private readonly DatedEvent[] kept = new DatedEvent[Capacity];
    private long next; // Number of the next event.
    private TaskCompletionSource? news; // Null when nobody waits.
    private long second;
    private int atWill; // Events in this second that a client or a page can cause at will.

    public string Name => "events";

    // Each reader is told what it has missed.
    public long? Dropped => null;

    /// <summary>Identifies this run of the node: event numbers start again with each run.</summary>
    public string Run { get; } = Guid.NewGuid().ToString("N")[..8];

    /// <summary>Number of the next event.</summary>
    public long Next
    {
        get
        {
            lock (gate)
                return next;
        }
    }

    public void Take(NodeEvent e)
    {
        if (e is QueueGrew)
            return; // There can be one for each create.
        TaskCompletionSource? waited;
        lock (gate)
        {
            if (e is CreateRefused or DialogOpened or DialogClosed && IsFloodNeedsLock())
                return;
            kept[next % Capacity] = new(next, time.GetUtcNow(), e);
            next++;
            (waited, news) = (news, null);
        }

        waited?.SetResult();
    }

    /// <summary>Returns the events from this number on that are still kept, and how many of them are lost.</summary>
    /// <param name="from">Number of the first event.</param>
    /// <param name="most">Maximum number of events.</param>
    public (IReadOnlyList<DatedEvent> Events, long Missed) Read(long from, int most)
    {
        lock (gate)
        {
            var first = Math.Clamp(from, Math.Max(0, next - Capacity), next);
            var events = new DatedEvent[Math.Min(most, next - first)];
            for (var i = 0; i < events.Length; i++)
                events[i] = kept[(first + i) % Capacity];
            return (events, Math.Max(0, first - from));
        }
    }

    // One caller, or one page, could otherwise push out what happens to all others.
    private bool IsFloodNeedsLock()
    {
        var now = time.GetTimestamp() / time.TimestampFrequency;
        (second, atWill) = now == second ? (second, atWill + 1) : (now, 1);
        return atWill > MostAtWill;
    }

    /// <summary>Completes when there is an event with this number.</summary>
    public Task WhenAsync(long number)
    {
        lock (gate)
        {
            if (next > number)
                return Task.CompletedTask;
            return (news ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }
}

/// <param name="Number">Position in the stream, from 0.</param>
/// <param name="At">When it happened.</param>
/// <param name="Event">What happened.</param>
public sealed record DatedEvent(long Number, DateTimeOffset At, NodeEvent Event);
