using Steelyard.Async;

namespace Steelyard.Sessions;

/// <summary>Ends expired sessions that nobody looks up. A lookup checks expiry itself: this only frees the workers.</summary>
public sealed class SessionReaper(SessionRegistry sessions, TimeProvider time, ILogger<SessionReaper> logger)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs until cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Periodic.RunAsync(Period, Reap, time, logger, cancellationToken);

    private void Reap()
    {
        foreach (var session in sessions.Live)
            sessions.EndIfOver(session);
    }
}
