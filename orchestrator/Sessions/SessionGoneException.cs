namespace Steelyard.Sessions;

/// <summary>There is no live session with this id that the caller may see. The answer is 404.</summary>
/// <param name="end">How it ended; null when there never was one, or it is forgotten.</param>
public sealed class SessionGoneException(SessionEnd? end) : Exception("the session has ended, or never was")
{
    public SessionEnd? End => end;
}
