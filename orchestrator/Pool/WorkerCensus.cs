using Steelyard.Workers;

namespace Steelyard.Pool;

/// <summary>
/// Counts the workers in each state. It is the only code that changes a worker's state. Guarded by the pool's lock.
/// </summary>
internal sealed class WorkerCensus
{
    private readonly int[] counts = new int[Enum.GetValues<WorkerState>().Length];

    public int this[WorkerState state] => counts[(int)state];

    /// <summary>Adds a new worker in its initial state.</summary>
    public void Add(Worker worker, WorkerState state)
    {
        worker.State = state;
        counts[(int)state]++;
    }

    /// <summary>
    /// Changes a worker's state. Throws <see cref="InvalidOperationException"/> if <see cref="WorkerTransitions"/> does not allow the
    /// change.
    /// </summary>
    public void Move(Worker worker, WorkerState to)
    {
        if (!WorkerTransitions.Allows(worker.State, to))
            throw new InvalidOperationException($"{worker} cannot go from {worker.State} to {to}");
        counts[(int)worker.State]--;
        counts[(int)to]++;
        worker.State = to;
    }
}
