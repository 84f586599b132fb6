namespace Steelyard.Sessions;

/// <summary>
/// The state of one session that outlives this process. The id is written last and cleared first: without the id the session is not live,
/// whatever else the entry holds. Written under the session's lock. A default entry names no session and ignores writes.
/// </summary>
public readonly unsafe struct LedgerEntry
{
    /// <summary>
    /// Size of an entry in bytes: 16 for the id, 8 for the last activity, 4 for the number of open activities, 4 unused. No entry spans two
    /// cache lines.
    /// </summary>
    public const int Size = 32;

    private const int LastActiveAt = 16;
    private const int OpenAt = 24;

    private readonly byte* at;

    internal LedgerEntry(byte* at) => this.at = at;

    /// <summary>The session of this entry; null when there is no session.</summary>
    public SessionId? Session => at is null || *(Guid*)at == default ? null : new SessionId(*(Guid*)at);

    /// <summary>End of the session's last activity, as a timestamp of the monotonic clock.</summary>
    public long LastActive => *(long*)(at + LastActiveAt);

    /// <summary>Number of open activities.</summary>
    public int Open => *(int*)(at + OpenAt);

    internal bool Is(LedgerEntry other) => at == other.at;

    internal void Begin(SessionId id, long lastActive, int open)
    {
        if (at is null)
            return;
        *(Guid*)at = default;
        Thread.MemoryBarrier();
        (*(long*)(at + LastActiveAt), *(int*)(at + OpenAt)) = (lastActive, open);
        Thread.MemoryBarrier();
        *(Guid*)at = id.Value;
    }

    /// <summary>Does nothing when the entry is now another session's: a request may end long after its session.</summary>
    internal void Touch(SessionId id, long lastActive, int open)
    {
        if (Session == id)
            (*(long*)(at + LastActiveAt), *(int*)(at + OpenAt)) = (lastActive, open);
    }

    /// <summary>Does nothing when the entry is now another session's.</summary>
    internal void End(SessionId id)
    {
        if (Session == id)
            *(Guid*)at = default;
        Thread.MemoryBarrier();
    }
}
