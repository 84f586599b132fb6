using Steelyard.Async;

namespace Steelyard.Pool;

/// <summary>
/// The creates that wait for a worker, first come, first served; those that had a worker before come before all others, in their own
/// order. Guarded by the pool's lock, which it is given.
/// </summary>
internal sealed class LeaseQueue(Lock gate, TimeProvider time)
{
    private readonly LinkedList<Place> served = new();
    private readonly LinkedList<Place> first = new();
    private readonly RecentEvents refused = new(time);

    public int CountNeedsLock => served.Count + first.Count;

    /// <summary>Refused within the last minute because it was full.</summary>
    public int RecentlyRefusedNeedsLock => refused.Count();

    /// <summary>Throws <see cref="PoolUnavailableException"/> when it is full; who was served before is taken all the same.</summary>
    public Place AddNeedsLock(Standing standing, int limit)
    {
        if (CountNeedsLock >= limit && standing == Standing.New)
        {
            refused.Add();
            throw PoolUnavailableException.QueueFull(limit);
        }

        var place = new Place(standing);
        place.Node = (standing == Standing.New ? first : served).AddLast(place);
        return place;
    }

    /// <summary>Gives the lease to the first who still wants it. False when nobody does.</summary>
    public bool TryHandOverNeedsLock(WorkerLease lease)
    {
        while ((served.First ?? first.First) is { } next)
        {
            next.List!.Remove(next);
            if (next.Value.Lease.TrySetResult(lease))
                return true;
        }

        return false;
    }

    /// <summary>The node shuts down: nobody will be served any more.</summary>
    public void RefuseAllNeedsLock() => RefuseNeedsLock(PoolUnavailableException.ShuttingDown, _ => true);

    /// <summary>
    /// No worker is to be expected soon: creates are refused. A session that is being restored waits on, for a refusal would end it.
    /// </summary>
    public void RefuseCreatesNeedsLock(Func<PoolUnavailableException> why) => RefuseNeedsLock(why, standing => standing != Standing.Restored);

    private void RefuseNeedsLock(Func<PoolUnavailableException> why, Func<Standing, bool> concerns)
    {
        foreach (var place in served.Concat(first).Where(place => concerns(place.Standing)).ToList())
        {
            place.Lease.TrySetException(why());
            place.Node!.List!.Remove(place.Node);
        }
    }

    /// <summary>
    /// Waits for one's turn. Throws <see cref="PoolUnavailableException"/> when the wait is over, and
    /// <see cref="OperationCanceledException"/> when the caller is gone; the place is then given up.
    /// </summary>
    /// <param name="place">Its place in line.</param>
    /// <param name="within">How long it may wait.</param>
    /// <param name="waitOver">What to throw when the wait is over.</param>
    /// <param name="cancellationToken">The caller is gone.</param>
    public async Task<WorkerLease> WaitAsync(Place place, TimeSpan within, Func<PoolUnavailableException> waitOver, CancellationToken cancellationToken)
    {
        try
        {
            return await place.Lease.Task.InContext().WaitAsync(within, time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // Either it gives up, or a worker was handed over in this very moment: exactly one of the two.
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

    /// <summary>One who waits. Whoever is served goes on outside the lock.</summary>
    internal sealed class Place(Standing standing)
    {
        public Standing Standing => standing;

        public TaskCompletionSource<WorkerLease> Lease { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public LinkedListNode<Place>? Node { get; set; }
    }
}

/// <summary>What has come before a create that asks for a worker.</summary>
public enum Standing
{
    /// <summary>Nothing: it stands in line, and is refused when the line is full.</summary>
    New,

    /// <summary>It had a worker, which failed it: it goes before those that are new.</summary>
    Retried,

    /// <summary>It is a session that has lost its worker: it goes before those that are new, and waits as long as it can.</summary>
    Restored,
}
