namespace Steelyard.Fabric.Tables;

/// <summary>
/// Keeps callers and sockets apart. In this program, what awaits a socket goes on on the thread that serves all sockets, where nothing may
/// block: work with a server begins on the thread pool, and whoever awaits its end goes on there.
/// </summary>
internal static class PoolThreads
{
    public static async Task<T> OnPoolAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await Task.Run(work).ConfigureAwait(false);
        }
        finally
        {
            // The task above can be completed by a thread of the sockets, which would run the caller's continuation.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
    }

    /// <summary>
    /// Awaits work that ends by itself some time after its deadline, for no longer than the deadline. Throws
    /// <see cref="TimeoutException"/>.
    /// </summary>
    public static async Task<T> WithinAsync<T>(this Task<T> work, TimeSpan deadline, TimeProvider time, CancellationToken token)
    {
        try
        {
            return await work.WaitAsync(deadline, time, token).ConfigureAwait(false);
        }
        finally
        {
            if (!work.IsCompleted)
                _ = work.ContinueWith(late => late.Exception, TaskScheduler.Default); // Nobody else will look at its failure.
        }
    }
}
