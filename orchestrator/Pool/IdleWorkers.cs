using Steelyard.Workers;

namespace Steelyard.Pool;

/// <summary>Clean workers that nobody has leased. Guarded by the pool's lock.</summary>
internal sealed class IdleWorkers(TimeProvider time)
{
    // The last one is taken first, so that those in surplus grow old at the front.
    private readonly List<Worker> workers = [];

    public void Add(Worker worker)
    {
        worker.IdleSince = time.GetTimestamp();
        workers.Add(worker);
    }

    public void Remove(Worker worker) => workers.Remove(worker);

    /// <summary>Takes one out, or returns null when there is none. One that has just died is here until its slot notices: it is passed over.</summary>
    public Worker? Take()
    {
        while (workers.Count > 0)
        {
            var worker = workers[^1];
            workers.RemoveAt(workers.Count - 1);
            if (!worker.Exited.IsCompleted)
                return worker;
        }

        return null;
    }

    /// <summary>Those beyond the first <paramref name="warm"/> that nobody has needed for so long.</summary>
    public List<Worker> Surplus(int warm, TimeSpan unusedFor) =>
        [.. workers.Take(Math.Max(0, workers.Count - warm)).Where(worker => time.GetElapsedTime(worker.IdleSince) >= unusedFor)];
}
