namespace SteelBrowser.Relay;

/// <summary>A time limit for one step of a connection.</summary>
internal static class Deadline
{
    /// <summary>Runs the work within the period. Throws <see cref="ProxyException"/> when it takes longer.</summary>
    public static async Task<T> WithinAsync<T>(
        TimeSpan period, Func<CancellationToken, Task<T>> work, TimeProvider time, CancellationToken stop)
    {
        using var timer = new CancellationTokenSource(period, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stop);
        try
        {
            return await work(deadline.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new ProxyException($"the other side did not answer within {period.TotalSeconds} s");
        }
    }
}
