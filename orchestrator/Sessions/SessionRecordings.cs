using Steelyard.Recordings;

namespace Steelyard.Sessions;

/// <summary>Finds the recordings of sessions, for those who may see the session.</summary>
public sealed class SessionRecordings(SessionRegistry sessions, RecordingStore store)
{
    /// <summary>
    /// The session with this id, live or ended; null when there is none that this caller sees. Throws what the history throws.
    /// </summary>
    public async Task<SessionId?> FindAsync(string? text, Caller caller) =>
        SessionId.TryParse(text, out var id)
        && ((sessions.FindLive(id) is { } live && caller.Sees(live.Request.Holder))
            || await sessions.FindEndedAsync(text.AsMemory(), caller) is not null)
            ? id
            : null;

    /// <summary>Whether nothing more comes.</summary>
    public bool IsOver(SessionId id) => sessions.FindPresent(id) is null;

    /// <summary>The parts of the session's recording; empty when it was not recorded.</summary>
    internal IReadOnlyList<RecordingPart> PartsOf(SessionId id) =>
        store.PartsOf(id.ToString(), sessions.FindPresent(id)?.View().Worker?.Directory);
}
