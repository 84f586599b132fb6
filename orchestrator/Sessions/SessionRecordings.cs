using Steelyard.Recordings;

namespace Steelyard.Sessions;

/// <summary>Finds the recordings of sessions, for those who may see the session.</summary>
public sealed class SessionRecordings(SessionRegistry sessions, RecordingStore store)
{
    /// <summary>
    /// The session with this id, live or ended; null when there is none that this caller sees. Throws what the history throws.
    /// </summary>
    public async Task<RecordedSession?> FindAsync(string? text, Caller caller)
    {
        if (!SessionId.TryParse(text, out var id))
            return null;
        if (sessions.FindLive(id) is { } live && caller.Sees(live.Request.Holder))
            return new(id, live.Request.Holder);
        return await sessions.FindEndedAsync(text.AsMemory(), caller) is { } ended ? new(id, ended.Request.Holder) : null;
    }

    /// <summary>Whether nothing more comes.</summary>
    public bool IsOver(SessionId id) => sessions.FindPresent(id) is null;

    /// <summary>The parts of the session's recording; empty when it was not recorded.</summary>
    internal IReadOnlyList<RecordingPart> PartsOf(SessionId id) =>
        store.PartsOf(id.ToString(), sessions.FindPresent(id)?.View().Worker?.Directory);
}

/// <param name="Id">The session, live or ended.</param>
/// <param name="Holder">Name of the key that created it; null on a node without keys.</param>
public sealed record RecordedSession(SessionId Id, string? Holder);
