namespace Steelyard.Sessions;

/// <summary>
/// Creates sessions whose id the client has chosen: a client that retries a create because the reply was lost never gets a second
/// session. A create continues when its request is cancelled; requests for the same id wait for the same create. One lock.
/// </summary>
public sealed class ChosenIds(
    SessionRegistry sessions, SessionCreator creator, SessionHistory history, SessionIdIssuer ids, IIdClaims claims)
{
    private readonly Lock gate = new();
    private readonly Dictionary<SessionId, (SessionRequest Request, Task<Session> Create)> underWay = [];

    /// <summary>
    /// Returns the live session of this id, or creates one. Throws what a create throws, and <see cref="IdConflictException"/> when the id
    /// is that of an ended session or of another request, and <see cref="SessionElsewhereException"/> when another node has claimed it.
    /// </summary>
    public Task<Session> CreateAsync(SessionRequest request, SessionId id, CancellationToken cancellationToken)
    {
        // Not under our lock: ending a session takes other locks.
        if (sessions.FindPresent(id) is { } old)
            sessions.EndIfOver(old);
        Task<Session> create;
        lock (gate)
        {
            if (underWay.TryGetValue(id, out var other))
            {
                create = Same(other.Request, request) ? other.Create : throw IdConflictException.OtherRequest(id);
            }
            else if (sessions.FindPresent(id) is { EndReason: null } session)
            {
                create = Same(session.Request, request)
                    ? Task.FromResult(session)
                    : throw IdConflictException.OtherRequest(id);
            }
            else if (sessions.FindPresent(id) is not null || sessions.FindEnded(id) is not null || ids.Made(id))
            {
                // The condition asks in this order because an ending session enters the history before it is removed.
                throw IdConflictException.Used(id);
            }
            else
            {
                create = RunAsync(request, id);
                underWay[id] = (request, create);
            }
        }

        return create.WaitAsync(cancellationToken);
    }

    private async Task<Session> CreateAsync(SessionRequest request, SessionId id)
    {
        try
        {
            using var created = await creator.CreateAsync(request, CancellationToken.None);
            return created.Session;
        }
        catch
        {
            await claims.ReleaseAsync(id);
            throw;
        }
    }

    private static bool Same(SessionRequest one, SessionRequest other) =>
        one.Holder == other.Holder && one.Fingerprint == other.Fingerprint;

    private async Task<Session> RunAsync(SessionRequest request, SessionId id)
    {
        await Task.Yield(); // The caller holds the lock.
        try
        {
            // Not under the lock: this may read from the disk.
            if (await history.HasAsync(id, request.Holder))
                throw IdConflictException.Used(id);
            await claims.TakeAsync(id, CancellationToken.None);
            return await CreateAsync(request, id);
        }
        finally
        {
            lock (gate)
                underWay.Remove(id);
        }
    }
}
