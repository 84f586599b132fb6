namespace Steelyard;

/// <summary>A background loop that survives what goes wrong in one of its rounds.</summary>
internal static class Periodic
{
    /// <summary>Calls <paramref name="round"/> every <paramref name="period"/>. Runs until cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    public static async Task RunAsync(TimeSpan period, Action round, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(period, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                round();
            }
            catch (Exception e)
            {
                logger.LogError(e, "A round of {Loop} failed through an error of ours; the next one follows", round.Method.DeclaringType?.Name);
            }
        }
    }
}
