namespace Steelyard.Async;

/// <summary>Where code continues after a wait.</summary>
internal static class Resumption
{
    /// <summary>
    /// The same task, completed in the caller's synchronization context if there is one. Some tasks are completed under a lock, and so
    /// asynchronously. Without this method, a wait with a deadline for such a task always continues in the thread pool, and a simulation
    /// could not decide the order.
    /// </summary>
    public static async Task<T> InContext<T>(this Task<T> task) => await task;
}
