using Steelyard.Workers;

namespace Steelyard.Pool;

/// <summary>The state of a pool in numbers, all of the same moment: <c>Ready + Leased + Starting + Stopping + Parked = Slots</c>.</summary>
/// <param name="StartFailures">Number of starts that failed in a row; see <see cref="StartGate"/>.</param>
/// <param name="OldestWait">How long the first in the queue has waited; null when nobody waits.</param>
/// <param name="AreStartsFailing">So many starts failed in a row that the next one cannot be relied on.</param>
public sealed record PoolStatus(
    int Ready,
    int Leased,
    int Starting,
    int Stopping,
    int Parked,
    int Slots,
    int Max,
    int Queued,
    int QueueLimit,
    string? LastExit,
    int RecentlyRefused,
    int StartFailures = 0,
    bool AreStartsFailing = false,
    TimeSpan? OldestWait = null)
{
    /// <summary>A create that arrives now gets a ready worker, or a worker that is starting or can still be started.</summary>
    public bool IsAvailable => Free > 0;

    /// <summary>Number of creates that would get one now; not negative.</summary>
    public int Free => Math.Max(0, Ready + (AreStartsFailing ? 0 : Starting + (Max - Slots)) - Queued);

    /// <summary>So many slots fail repeatedly that the pool cannot be relied on.</summary>
    public bool IsThrashing => Parked > 0 && Parked * 2 >= Slots - 1;

    internal static PoolStatus Of(WorkerCensus census, List<Slot> slots, LeaseQueue queue, StartGate gate, int max, int queueLimit)
    {
        var between = slots.Count(slot => slot is { Worker: null, Parked: false });
        return new(
            Ready: census[WorkerState.Ready],
            Leased: census[WorkerState.Leased],
            Starting: census[WorkerState.Starting] + between,
            Stopping: census[WorkerState.Stopping],
            Parked: slots.Count(slot => slot.Parked),
            slots.Count, max, queue.CountNeedsLock, queueLimit,
            gate.Cause ?? slots.Select(slot => slot.LastExit).LastOrDefault(exit => exit is not null),
            queue.RecentlyRefusedNeedsLock,
            gate.Failures, gate.IsFailing, queue.OldestWaitNeedsLock);
    }
}
