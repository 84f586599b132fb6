namespace Steelyard.Sessions;

/// <summary>
/// A request under way, or an attached client. Idle time starts when the last one is disposed. A second dispose does nothing.
/// </summary>
public sealed class SessionActivity(Session session) : IDisposable
{
    private int isDisposed;

    /// <summary>The activity is over, unless <see cref="Touch"/> says that it goes on: an attached client may be silent.</summary>
    public void BecomeSilent() => Dispose();

    /// <summary>The client of a silent activity has done something.</summary>
    public void Touch() => session.Touch();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) == 0)
            session.EndActivity();
    }
}
