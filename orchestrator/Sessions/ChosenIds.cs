namespace Steelyard.Sessions;

/// <summary>
/// Sessions whose id the client has chosen: a create that is asked again, because its reply was lost, never makes a second session. The
/// create does not end with the request that began it; whoever asks meanwhile waits for the same one. One lock.
/// </summary>
public sealed class ChosenIds(SessionService sessions, SessionHistory history, SessionIdIssuer ids)
{
    private readonly Lock gate = new();
    private readonly Dictionary<SessionId, (SessionRequest Request, Task<CreateOutcome> Create)> underWay = [];

    /// <summary>
    /// The session of this id: the one there is, or a new one. Throws what a create throws, and <see cref="IdConflictException"/> when the
    /// id stands for something else.
    /// </summary>
    public Task<CreateOutcome> CreateAsync(SessionRequest request, SessionId id, CancellationToken cancellationToken)
    {
        // Not under our lock: an end takes other locks.
        if (sessions.FindPresent(id) is { } old)
            sessions.EndIfOver(old);
        Task<CreateOutcome> create;
        lock (gate)
        {
            if (underWay.TryGetValue(id, out var other))
            {
                create = Same(other.Request, request) ? other.Create : throw IdConflictException.OtherRequest(id);
            }
            else if (sessions.FindPresent(id) is { EndReason: null } session)
            {
                create = Same(session.Request, request) ? Task.FromResult(new CreateOutcome(session, null)) : throw IdConflictException.OtherRequest(id);
            }
            else if (sessions.FindPresent(id) is not null || sessions.FindEnded(id) is not null || ids.Made(id)) // In this order: it is remembered before it goes.
            {
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

    private static bool Same(SessionRequest one, SessionRequest other) => one.Holder == other.Holder && one.Fingerprint == other.Fingerprint;

    private async Task<CreateOutcome> RunAsync(SessionRequest request, SessionId id)
    {
        await Task.Yield(); // The caller holds the lock.
        try
        {
            // Here and not under the lock: it may ask the disk.
            if (await history.HasAsync(id, request.Holder))
                throw IdConflictException.Used(id);
            using var created = await sessions.CreateAsync(request, CancellationToken.None);
            return CreateOutcome.Of(created);
        }
        finally
        {
            lock (gate)
                underWay.Remove(id);
        }
    }
}
