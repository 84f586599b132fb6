using Steelyard.Async;
using Steelyard.Requests;
using Steelyard.Sessions;

namespace Steelyard.Dialects.Steel;

/// <summary>
/// Keeps what is known of the bytes through sessions' proxies no older than some seconds: lists show it, and it is what is remembered of a session that has
/// ended, whose worker cannot be asked any more.
/// </summary>
public sealed class UsageWatch(SessionService sessions, TimeProvider time, ILogger<UsageWatch> logger)
{
    private const int MostAsked = 8;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(3);

    /// <summary>Runs until cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Periodic.RunAsync(Period, () => AskAllAsync(cancellationToken), time, logger, cancellationToken);

    private Task AskAllAsync(CancellationToken cancellationToken) => Parallel.ForEachAsync(
        sessions.Live.Where(session => SteelRequest.Of(session.Request).HasProxy),
        new ParallelOptions { MaxDegreeOfParallelism = MostAsked, CancellationToken = cancellationToken },
        async (session, _) => await SessionDescriber.AskUsageAsync(session, await session.TryPlaceAsync(TimeSpan.Zero)));
}
