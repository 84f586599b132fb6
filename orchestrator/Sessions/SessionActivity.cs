namespace Steelyard.Sessions;

/// <summary>A request under way or an attached client. Dispose it exactly once: idle time runs from then.</summary>
public readonly struct SessionActivity(Session session) : IDisposable
{
    public void Dispose() => session.EndActivity();
}
