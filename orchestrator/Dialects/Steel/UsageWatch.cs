using Steelyard.Async;
using Steelyard.Requests;
using Steelyard.Sessions;

namespace Steelyard.Dialects.Steel;

/// <summary>
/// Asks workers every few seconds how many bytes went through their sessions' proxies. Lists show these numbers, and the history keeps
/// them: the worker of an ended session cannot be asked any more.
/// </summary>
public sealed class UsageWatch(SessionRegistry sessions, TimeProvider time, ILogger<UsageWatch> logger)
{
    private const int MostAsked = 8;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(3);

    /// <summary>Runs until cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Periodic.RunAsync(Period, () => AskAllAsync(cancellationToken), time, logger, cancellationToken);

    private Task AskAllAsync(CancellationToken cancellationToken) => Parallel.ForEachAsync(
        sessions.Live.Where(session => SteelFacts.Of(session.Request).HasProxy),
        new ParallelOptions { MaxDegreeOfParallelism = MostAsked, CancellationToken = cancellationToken },
        async (session, _) => await SessionDescriber.AskUsageAsync(session, await session.TryPlaceAsync(TimeSpan.Zero)));
}
