namespace Steelyard.Async;

/// <summary>Where code goes on after a wait.</summary>
internal static class Resumption
{
    /// <summary>
    /// The same task, completed in the caller's synchronization context if it has one. Without this, waiting with a deadline for what is completed under a lock
    /// (and so asynchronously) goes on in the thread pool in any case, and a simulation could not decide the order.
    /// </summary>
    public static async Task<T> InContext<T>(this Task<T> task) => await task;
}
