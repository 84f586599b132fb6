using Steelyard.Async;

namespace Steelyard.Pool;

/// <summary>
/// The creates that wait for a worker, in two lines. Those that had a worker before are served first, then the new ones. Each line is FIFO.
/// Guarded by the pool's lock, which is passed to the constructor.
/// </summary>
internal sealed class LeaseQueue(Lock gate, TimeProvider time)
{
    private static readonly TimeSpan LongestEstimate = TimeSpan.FromSeconds(30);

    private readonly LinkedList<Place> returning = new();
    private readonly LinkedList<Place> newcomers = new();
    private readonly RecentEvents refused = new(time);
    private readonly RecentEvents served = new(time);

    public int CountNeedsLock => returning.Count + newcomers.Count;

    /// <summary>How long the one that waits longest has waited; null when nobody waits.</summary>
    public TimeSpan? OldestWaitNeedsLock => new[] { returning.First, newcomers.First }.OfType<LinkedListNode<Place>>()
        .Select(place => (TimeSpan?)time.GetElapsedTime(place.Value.Since)).Max();

    /// <summary>Number of creates refused within the last minute because the queue was full.</summary>
    public int RecentlyRefusedNeedsLock => refused.Count();

    /// <summary>
    /// Adds a place at the end of the line, before those that came later than one that has waited elsewhere. Throws
    /// <see cref="PoolUnavailableException"/> if the queue is full and the standing is <see cref="Standing.New"/>; other standings are
    /// always accepted.
    /// </summary>
    public Place AddNeedsLock(Standing standing, TimeSpan waited, int limit)
    {
        if (CountNeedsLock >= limit && standing == Standing.New)
        {
            refused.Add();
            throw PoolUnavailableException.QueueFull(limit, EstimateNeedsLock());
        }

        var place = new Place(standing, time.GetTimestamp() - (long)(waited.TotalSeconds * time.TimestampFrequency));
        var line = standing == Standing.New ? newcomers : returning;
        var before = line.Last;
        while (before?.Value.Since > place.Since)
            before = before.Previous;
        place.Node = before is null ? line.AddFirst(place) : line.AddAfter(before, place);
        return place;
    }

    /// <summary>Gives the lease to the first caller that still waits. Returns false if there is none.</summary>
    public bool TryHandOverNeedsLock(WorkerLease lease)
    {
        while ((returning.First ?? newcomers.First) is { } next)
        {
            next.List!.Remove(next);
            if (next.Value.Lease.TrySetResult(lease))
            {
                served.Add();
                return true;
            }
        }

        return false;
    }

    /// <summary>How long a caller at the end of the line would wait, judged by those who were served within the last minute.</summary>
    public TimeSpan EstimateNeedsLock() => Estimate(CountNeedsLock, served.Count());

    /// <summary>How long the last of a line waits: one second to half a minute, and one second when nobody was served. Pure.</summary>
    /// <param name="waiting">Callers in line.</param>
    /// <param name="servedPerMinute">Callers that got a worker within the last minute.</param>
    internal static TimeSpan Estimate(int waiting, int servedPerMinute) => servedPerMinute == 0
        ? TimeSpan.FromSeconds(1)
        : TimeSpan.FromSeconds(Math.Clamp(60.0 * waiting / servedPerMinute, 1, LongestEstimate.TotalSeconds));

    /// <summary>Refuses all waiting callers, because the node shuts down.</summary>
    public void RefuseAllNeedsLock() => RefuseNeedsLock(PoolUnavailableException.ShuttingDown, _ => true);

    /// <summary>
    /// Refuses all waiting creates, because no worker is expected soon. A session that is being restored continues to wait, because a
    /// refusal would end it.
    /// </summary>
    public void RefuseCreatesNeedsLock(Func<PoolUnavailableException> why) =>
        RefuseNeedsLock(why, standing => standing != Standing.Restored);

    private void RefuseNeedsLock(Func<PoolUnavailableException> why, Func<Standing, bool> concerns)
    {
        foreach (var place in returning.Concat(newcomers).Where(place => concerns(place.Standing)).ToList())
        {
            place.Lease.TrySetException(why());
            place.Node!.List!.Remove(place.Node);
        }
    }

    /// <summary>
    /// Waits until the place is served. Throws <see cref="PoolUnavailableException"/> if the time is over or the queue refuses the
    /// place, and <see cref="OperationCanceledException"/> if cancelled. The place is then removed from the queue.
    /// </summary>
    /// <param name="place">The caller's place in line.</param>
    /// <param name="within">How long the caller may wait.</param>
    /// <param name="waitOver">Creates the exception for the case that the time is over.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    public async Task<WorkerLease> WaitAsync(
        Place place, TimeSpan within, Func<PoolUnavailableException> waitOver, CancellationToken cancellationToken)
    {
        try
        {
            return await place.Lease.Task.InContext().WaitAsync(within, time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // Either the caller gives up, or a worker was handed over at the same moment. Exactly one of the two succeeds.
            var givenUp = place.Lease.TrySetCanceled(CancellationToken.None);
            lock (gate)
                place.Node?.List?.Remove(place.Node);
            if (givenUp)
                throw e is TimeoutException ? waitOver() : e;
            var lease = await place.Lease.Task;
            if (e is TimeoutException)
                return lease;
            lease.Dispose();
            throw;
        }
    }

    /// <summary>A caller that waits. When it is served, its code continues outside the lock.</summary>
    internal sealed class Place(Standing standing, long since)
    {
        /// <summary>Timestamp of its arrival.</summary>
        public long Since => since;

        public Standing Standing => standing;

        public TaskCompletionSource<WorkerLease> Lease { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public LinkedListNode<Place>? Node { get; set; }
    }
}

/// <summary>Priority of a caller that asks for a worker.</summary>
public enum Standing
{
    /// <summary>A new create. It waits in line, and is refused if the line is full.</summary>
    New,

    /// <summary>A create whose first worker failed. It is served before new creates.</summary>
    Retried,

    /// <summary>
    /// A session that has lost its worker. It is served before new creates, and continues to wait when waiting creates are refused because
    /// workers do not start.
    /// </summary>
    Restored,
}
