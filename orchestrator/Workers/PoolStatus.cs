namespace Steelyard.Workers;

/// <summary>A pool in numbers, all taken at one moment: <c>Ready + Leased + Starting + Stopping + Parked = Slots</c>.</summary>
public sealed record PoolStatus(
    int Ready, int Leased, int Starting, int Stopping, int Parked, int Slots, int Max, int Queued, int QueueLimit, string? LastExit, int RecentlyRefused)
{
    /// <summary>A create that comes now finds a worker, or one that is still to be started.</summary>
    public bool IsAvailable => Queued < Ready + Starting + (Max - Slots);

    /// <summary>So many slots fail again and again that the pool cannot be relied on.</summary>
    public bool IsThrashing => Parked > 0 && Parked * 2 >= Slots - 1;

    internal static PoolStatus Of(WorkerCensus census, List<Slot> slots, LeaseQueue queue, Options options)
    {
        var between = slots.Count(slot => slot is { Worker: null, Parked: false });
        return new(
            Ready: census[WorkerState.Ready],
            Leased: census[WorkerState.Leased],
            Starting: census[WorkerState.Starting] + between,
            Stopping: census[WorkerState.Stopping],
            Parked: slots.Count(slot => slot.Parked),
            slots.Count, options.MaxWorkers, queue.CountNeedsLock, options.QueueLimit,
            slots.Select(slot => slot.LastExit).LastOrDefault(exit => exit is not null),
            queue.RecentlyRefusedNeedsLock);
    }
}
