namespace Steelyard.Sessions;

/// <summary>There is no live session with this id that the caller may see. The answer is 404.</summary>
/// <param name="end">How it ended; null when there never was one, or it is forgotten.</param>
public sealed class SessionGoneException(SessionEnd? end) : Exception(Describe(end))
{
    public SessionEnd? End => end;

    /// <summary>What the client is told.</summary>
    public static string Describe(SessionEnd? end) => end?.Reason switch
    {
        EndReason.Deleted => "The session was deleted.",
        EndReason.Expired =>
            "The session expired: nothing used it for as long as --session-ttl allows, or it grew older than --session-max-age.",
        EndReason.WorkerLost => $"The session was lost with its worker: {end.Detail}. Create a new one.",
        EndReason.Drained => "The session was ended because its node shuts down. Create a new one.",
        _ => "There is no session with this id, or it ended so long ago that it is forgotten.",
    };
}
