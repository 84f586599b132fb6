namespace Steelyard.Workers;

/// <summary>The creates that wait for a worker, first come, first served. Guarded by the pool's lock, which it is given.</summary>
internal sealed class LeaseQueue(Lock gate, TimeProvider time)
{
    private readonly LinkedList<TaskCompletionSource<WorkerLease>> waiting = new();

    public int CountNeedsLock => waiting.Count;

    public LinkedListNode<TaskCompletionSource<WorkerLease>> AddNeedsLock(bool atFront)
    {
        // Whoever is served goes on outside the lock.
        var waiter = new TaskCompletionSource<WorkerLease>(TaskCreationOptions.RunContinuationsAsynchronously);
        return atFront ? waiting.AddFirst(waiter) : waiting.AddLast(waiter);
    }

    /// <summary>Gives the lease to the first who still wants it. False when nobody does.</summary>
    public bool TryHandOverNeedsLock(WorkerLease lease)
    {
        while (waiting.First is { } first)
        {
            waiting.RemoveFirst();
            if (first.Value.TrySetResult(lease))
                return true;
        }

        return false;
    }

    /// <summary>The node shuts down: nobody will be served any more.</summary>
    public void RefuseAllNeedsLock()
    {
        foreach (var waiter in waiting)
            waiter.TrySetException(PoolUnavailableException.ShuttingDown());
        waiting.Clear();
    }

    /// <summary>
    /// Waits for one's turn. Throws <see cref="PoolUnavailableException"/> when the wait is over, and
    /// <see cref="OperationCanceledException"/> when the caller is gone; the place is then given up.
    /// </summary>
    public async Task<WorkerLease> WaitAsync(LinkedListNode<TaskCompletionSource<WorkerLease>> place, TimeSpan within, CancellationToken cancellationToken)
    {
        var waiter = place.Value;
        try
        {
            return await waiter.Task.WaitAsync(within, time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // Either it gives up, or a worker was handed over in this very moment: exactly one of the two.
            var givenUp = waiter.TrySetCanceled(CancellationToken.None);
            lock (gate)
            {
                if (place.List is not null)
                    waiting.Remove(place);
            }

            if (givenUp)
                throw e is TimeoutException ? PoolUnavailableException.WaitOver() : e;
            var lease = await waiter.Task;
            if (e is TimeoutException)
                return lease;
            lease.Dispose();
            throw;
        }
    }
}
