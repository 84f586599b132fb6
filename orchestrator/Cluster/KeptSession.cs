using Steelyard.Sessions;

namespace Steelyard.Cluster;

/// <summary>A session whose copy this node looks after. Writes and the delete of its copy take turns.</summary>
internal sealed class KeptSession(Session session, int written)
{
    /// <summary>Instead of a number of restarts: there is no copy yet.</summary>
    public const int Unwritten = -1;

    private readonly SemaphoreSlim turn = new(1);

    public Session Session => session;

    /// <summary>The session's number of restarts in its copy.</summary>
    public int Written { get; set; } = written;

    /// <summary>It has come from another node, or was created anew: others may remember an earlier home.</summary>
    public bool IsTaken { get; init; }

    /// <summary>It has no copy, because that would be too large.</summary>
    public bool IsTooLarge { get; set; }

    public bool IsWritten => Written != Unwritten;

    /// <summary>Its copy must be written.</summary>
    public bool IsChanged => !IsTooLarge && Written != session.Restarts && session.EndReason is null;

    /// <summary>Waits until no other call about the copy is under way. Dispose lets the next one go on.</summary>
    public async Task<IDisposable> TurnAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        return new Turn(turn);
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
