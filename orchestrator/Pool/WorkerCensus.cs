using Steelyard.Workers;

namespace Steelyard.Pool;

/// <summary>How many workers are in each state; the one place where a worker's state changes. Guarded by the pool's lock.</summary>
internal sealed class WorkerCensus
{
    private readonly int[] counts = new int[Enum.GetValues<WorkerState>().Length];

    public int this[WorkerState state] => counts[(int)state];

    /// <summary>Counts a new worker, in the state it begins with.</summary>
    public void Add(Worker worker, WorkerState state)
    {
        worker.State = state;
        counts[(int)state]++;
    }

    /// <summary>Throws <see cref="InvalidOperationException"/> for what <see cref="WorkerTransitions"/> does not allow.</summary>
    public void Move(Worker worker, WorkerState to)
    {
        if (!WorkerTransitions.Allows(worker.State, to))
            throw new InvalidOperationException($"{worker} cannot go from {worker.State} to {to}");
        counts[(int)worker.State]--;
        counts[(int)to]++;
        worker.State = to;
    }
}
