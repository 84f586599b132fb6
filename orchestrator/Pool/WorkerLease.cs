using Steelyard.Workers;

namespace Steelyard.Pool;

/// <summary>
/// The exclusive right to a worker. Disposing it is the one way back: the worker is cleaned and returns to the pool, or it is stopped
/// when what it holds is unknown or it cannot be cleaned.
/// </summary>
public sealed class WorkerLease : IDisposable
{
    private readonly WorkerPool pool;
    private string? sessionPath;
    private bool untrusted;
    private int disposed;

    internal WorkerLease(WorkerPool pool, Worker worker)
    {
        this.pool = pool;
        Worker = worker;
    }

    public Worker Worker { get; }

    /// <summary>The worker's own path of the session it holds for us; null while it holds none.</summary>
    public string? SessionPath => sessionPath;

    /// <summary>The worker has answered a create: this session must be deleted before anyone else may have it.</summary>
    public void Holds(string workerSessionId)
    {
        sessionPath = Worker.Client.Protocol.SessionPath(workerSessionId);
        if (Worker.HasServed)
            return;
        Worker.HasServed = true;
        pool.Prove(Worker);
    }

    /// <summary>The worker gave a wrong answer, or none: nobody may have it again.</summary>
    public void Distrust() => untrusted = true;

    /// <summary>Gives the worker back. Does not wait for the cleaning.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
            _ = pool.ReleaseAsync(this, untrusted);
    }
}
