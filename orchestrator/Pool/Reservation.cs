namespace Steelyard.Pool;

/// <summary>
/// A place for one session, kept for a create that is on its way from another node. The create that runs in its context leases this
/// worker instead of standing in line. Dispose gives the worker back, unless a create has taken it.
/// </summary>
public sealed class Reservation : IDisposable
{
    private static readonly AsyncLocal<Reservation?> Ambient = new();

    private readonly CancellationTokenSource over = new();
    private Task<WorkerLease>? lease;

    /// <summary>Leases a worker, or a place in line for one that starts.</summary>
    /// <param name="pool">Has the workers.</param>
    /// <param name="within">How long it may stand in line.</param>
    /// <param name="waited">How long its create has waited elsewhere: it stands before those that came later.</param>
    public Reservation(WorkerPool pool, TimeSpan within, TimeSpan waited) =>
        lease = pool.LeaseAsync(Standing.New, within, waited, over.Token).AsTask();

    /// <summary>The create that runs from here on uses this reservation.</summary>
    public void Use() => Ambient.Value = this;

    /// <summary>
    /// Takes the worker of the reservation in whose context this runs; null without one. Throws what <see cref="WorkerPool.LeaseAsync"/>
    /// throws. Cancelling the wait gives the worker back.
    /// </summary>
    internal static Task<WorkerLease>? TryTakeAsync(CancellationToken cancellationToken) =>
        Ambient.Value is { } reservation && Interlocked.Exchange(ref reservation.lease, null) is { } lease
            ? reservation.WaitAsync(lease, cancellationToken)
            : null;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref lease, null) is { } unused)
            GiveBack(unused);
    }

    private async Task<WorkerLease> WaitAsync(Task<WorkerLease> taken, CancellationToken cancellationToken)
    {
        try
        {
            return await taken.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            GiveBack(taken);
            throw;
        }
    }

    // The pool may hand over a worker at the same moment.
    private void GiveBack(Task<WorkerLease> unused)
    {
        over.Cancel();
        _ = unused.ContinueWith(
            static late => late.GetAwaiter().GetResult().Dispose(),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
