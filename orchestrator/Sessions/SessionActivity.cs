namespace Steelyard.Sessions;

/// <summary>
/// A request under way, or an attached client. Idle time starts when the last one is disposed. A second dispose does nothing.
/// </summary>
public sealed class SessionActivity(Session session) : IDisposable
{
    private int isDisposed;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) == 0)
            session.EndActivity();
    }
}
