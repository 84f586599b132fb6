using Steelyard.Workers;

namespace Steelyard.Pool;

/// <summary>
/// The exclusive right to a worker. Disposing the lease is the only way to give the worker back: the worker is cleaned and returns to the
/// pool, or it is stopped if it is not trusted or cannot be cleaned.
/// </summary>
public sealed class WorkerLease : IDisposable
{
    private readonly WorkerPool pool;
    private string? sessionPath;
    private bool untrusted;
    private readonly TaskCompletionSource<bool> returned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int disposed;

    internal WorkerLease(WorkerPool pool, Worker worker)
    {
        this.pool = pool;
        Worker = worker;
    }

    public Worker Worker { get; }

    /// <summary>Completes when the lease is disposed.</summary>
    internal Task<bool> Returned => returned.Task;

    /// <summary>The worker's path of the session that it holds for this lease; null while it holds none.</summary>
    public string? SessionPath => sessionPath;

    /// <summary>
    /// Records the session that the worker has created. It must be deleted before the worker can be leased again.
    /// </summary>
    public void Holds(string workerSessionId)
    {
        sessionPath = Worker.Client.Protocol.SessionPath(workerSessionId);
        if (Worker.HasServed)
            return;
        Worker.HasServed = true;
        pool.Prove(Worker);
    }

    /// <summary>Records that the worker gave a wrong answer, or none: it is stopped instead of returned to the pool.</summary>
    public void Distrust() => untrusted = true;

    /// <summary>Gives the worker back. Does not wait for the cleaning.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        _ = pool.ReleaseAsync(this, untrusted);
        returned.SetResult(true);
    }
}
