namespace Steelyard.Sessions;

/// <summary>
/// What outlives us of one session. Its id is written last and cleared first: without it the session is not live, whatever else stands here. Written under
/// the session's lock. One that points nowhere forgets everything.
/// </summary>
public readonly unsafe struct LedgerEntry
{
    /// <summary>Bytes of an entry: 16 of the id, 8 of the last activity, 4 of the number of open ones. No entry lies across two cache lines.</summary>
    public const int Size = 32;

    private const int LastActiveAt = 16;
    private const int OpenAt = 24;

    private readonly byte* at;

    internal LedgerEntry(byte* at) => this.at = at;

    /// <summary>The session that lives here; null when none does.</summary>
    public SessionId? Session => at is null || *(Guid*)at == default ? null : new SessionId(*(Guid*)at);

    /// <summary>End of its last activity, as a timestamp of the monotonic clock.</summary>
    public long LastActive => *(long*)(at + LastActiveAt);

    /// <summary>Activities that were open.</summary>
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

    /// <summary>Does nothing when another session lives here by now: a request may end long after its own session has.</summary>
    internal void Touch(SessionId id, long lastActive, int open)
    {
        if (Session == id)
            (*(long*)(at + LastActiveAt), *(int*)(at + OpenAt)) = (lastActive, open);
    }

    /// <summary>Does nothing when another session lives here by now.</summary>
    internal void End(SessionId id)
    {
        if (Session == id)
            *(Guid*)at = default;
        Thread.MemoryBarrier();
    }
}
