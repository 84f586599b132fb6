namespace Steelyard.Async;

/// <summary>A background loop that continues after a round that failed.</summary>
internal static class Periodic
{
    /// <summary>
    /// Calls <paramref name="round"/> every <paramref name="period"/>. Runs until cancelled, and then throws
    /// <see cref="OperationCanceledException"/>.
    /// </summary>
    public static Task RunAsync(TimeSpan period, Action round, TimeProvider time, ILogger logger, CancellationToken cancellationToken) =>
        RunAsync(period, round.Method.DeclaringType?.Name, () => Done(round), time, logger, cancellationToken);

    /// <summary>As the other overload, for asynchronous rounds. A round that takes longer than the period delays the next one.</summary>
    public static Task RunAsync(
        TimeSpan period, Func<Task> round, TimeProvider time, ILogger logger, CancellationToken cancellationToken) =>
        RunAsync(period, round.Method.DeclaringType?.Name, round, time, logger, cancellationToken);

    private static async Task RunAsync(
        TimeSpan period, string? name, Func<Task> round, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(period, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                await round();
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                logger.LogError(e, "A round of {Loop} failed because of an error of ours; the loop continues", name);
            }
        }
    }

    private static Task Done(Action round)
    {
        round();
        return Task.CompletedTask;
    }
}
