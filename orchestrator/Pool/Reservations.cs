using System.Collections.Concurrent;

namespace Steelyard.Pool;

/// <summary>The places that this node keeps for creates that other nodes are about to forward. Each lasts for two seconds.</summary>
public sealed class Reservations(WorkerPool pool, TimeProvider time)
{
    internal static readonly TimeSpan Life = TimeSpan.FromSeconds(2);

    // A worker that starts may take longer than the reservation lasts; its create waits for it as for any worker.
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Guid, Reservation> kept = new();

    /// <summary>Keeps a place. False when there is no worker for it: none is idle, and none can start.</summary>
    /// <param name="id">Names the place.</param>
    /// <param name="waited">How long the create has waited.</param>
    public bool TryKeep(Guid id, TimeSpan waited)
    {
        if (TryMake(waited) is not { } reservation)
            return false;
        kept[id] = reservation;
        _ = ExpireAsync(id);
        return true;
    }

    /// <summary>A place for a create of this node itself; null when there is none. The caller disposes it.</summary>
    public Reservation? TryMake(TimeSpan waited = default) =>
        !pool.Closing.IsCancellationRequested && pool.Status().IsAvailable ? new(pool, LongestStart, waited) : null;

    /// <summary>Takes a place that is kept; null when its time is over. The caller disposes it.</summary>
    public Reservation? Claim(Guid id) => kept.TryRemove(id, out var reservation) ? reservation : null;

    private async Task ExpireAsync(Guid id)
    {
        await Task.Delay(Life, time);
        Claim(id)?.Dispose();
    }
}
