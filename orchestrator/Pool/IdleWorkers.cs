using Steelyard.Workers;

namespace Steelyard.Pool;

/// <summary>Clean workers that are not leased. Guarded by the pool's lock.</summary>
internal sealed class IdleWorkers(TimeProvider time)
{
    // The last worker is taken first, so that surplus workers stay unused at the front.
    private readonly List<Worker> workers = [];

    public void Add(Worker worker)
    {
        worker.IdleSince = time.GetTimestamp();
        workers.Add(worker);
    }

    public void Remove(Worker worker) => workers.Remove(worker);

    /// <summary>
    /// Removes and returns a worker, or returns null if there is none. Skips workers that have just died: they are here until their slots
    /// notice the exit.
    /// </summary>
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

    /// <summary>Workers in excess of <paramref name="warm"/> that have been idle for at least <paramref name="unusedFor"/>.</summary>
    public List<Worker> Surplus(int warm, TimeSpan unusedFor) =>
        [.. workers.Take(Math.Max(0, workers.Count - warm)).Where(worker => time.GetElapsedTime(worker.IdleSince) >= unusedFor)];
}
