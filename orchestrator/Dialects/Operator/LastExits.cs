using Steelyard.Events;

namespace Steelyard.Dialects.Operator;

/// <summary>The workers that have exited last: a worker that dies at its start is gone before anybody can look at it.</summary>
internal sealed class LastExits(TimeProvider time) : INodeSubscriber
{
    private const int Most = 10;

    private readonly Lock gate = new();
    private readonly Queue<DatedEvent> last = [];

    public string Name => "exits";

    public long? Dropped => null;

    /// <summary>The newest first. All are <see cref="WorkerExited"/>.</summary>
    public IReadOnlyList<DatedEvent> Newest
    {
        get
        {
            lock (gate)
                return [.. last.Reverse()];
        }
    }

    /// <summary>What the last worker that died by itself has written at its end; null when none has, or it has written nothing.</summary>
    public string? LastWords => Newest.Select(dated => dated.Event).OfType<WorkerExited>()
        .FirstOrDefault(exit => exit.StopReason is null)?.LastWords is { Length: > 0 } words ? words : null;

    public void Take(NodeEvent e)
    {
        if (e is not WorkerExited)
            return;
        lock (gate)
        {
            last.Enqueue(new(0, time.GetUtcNow(), e));
            if (last.Count > Most)
                last.Dequeue();
        }
    }
}
