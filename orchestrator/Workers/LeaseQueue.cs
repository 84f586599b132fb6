namespace Steelyard.Workers;

/// <summary>
/// The creates that wait for a worker, first come, first served; those that a worker has failed before come before all others, in their own
/// order. Guarded by the pool's lock, which it is given.
/// </summary>
internal sealed class LeaseQueue(Lock gate, TimeProvider time)
{
    private readonly LinkedList<Place> again = new();
    private readonly LinkedList<Place> first = new();
    private readonly RecentEvents refused = new(time);

    public int CountNeedsLock => again.Count + first.Count;

    /// <summary>Refused within the last minute because it was full.</summary>
    public int RecentlyRefusedNeedsLock => refused.Count();

    /// <summary>Throws <see cref="PoolUnavailableException"/> when it is full; who was served before is taken all the same.</summary>
    public Place AddNeedsLock(bool servedBefore, int limit)
    {
        if (CountNeedsLock >= limit && !servedBefore)
        {
            refused.Add();
            throw PoolUnavailableException.QueueFull(limit);
        }

        var place = new Place();
        place.Node = (servedBefore ? again : first).AddLast(place);
        return place;
    }

    /// <summary>Gives the lease to the first who still wants it. False when nobody does.</summary>
    public bool TryHandOverNeedsLock(WorkerLease lease)
    {
        while ((again.First ?? first.First) is { } next)
        {
            next.List!.Remove(next);
            if (next.Value.Lease.TrySetResult(lease))
                return true;
        }

        return false;
    }

    /// <summary>The node shuts down: nobody will be served any more.</summary>
    public void RefuseAllNeedsLock()
    {
        foreach (var place in again.Concat(first))
            place.Lease.TrySetException(PoolUnavailableException.ShuttingDown());
        again.Clear();
        first.Clear();
    }

    /// <summary>
    /// Waits for one's turn. Throws <see cref="PoolUnavailableException"/> when the wait is over, and
    /// <see cref="OperationCanceledException"/> when the caller is gone; the place is then given up.
    /// </summary>
    public async Task<WorkerLease> WaitAsync(Place place, TimeSpan within, CancellationToken cancellationToken)
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
                throw e is TimeoutException ? PoolUnavailableException.WaitOver() : e;
            var lease = await place.Lease.Task;
            if (e is TimeoutException)
                return lease;
            lease.Dispose();
            throw;
        }
    }

    /// <summary>One who waits. Whoever is served goes on outside the lock.</summary>
    internal sealed class Place
    {
        public TaskCompletionSource<WorkerLease> Lease { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public LinkedListNode<Place>? Node { get; set; }
    }
}
