namespace Steelyard.Fabric;

/// <summary>A node that is alone: all sessions live here.</summary>
/// <param name="number">The number of this node.</param>
public sealed class LocalFabric(int number) : IFabric
{
    public int Number => number;

    public IEnumerable<Peer> Peers => [];

    public bool MayServe => true;

    public Task<bool> StartAsync(CancellationToken cancellationToken) => Task.FromResult(true);

    public Task<bool> IsGoneAsync(int number, CancellationToken cancellationToken) => Task.FromResult(false);

    public Whereabouts Find(int number, out Peer? peer)
    {
        peer = null;
        return Whereabouts.Here;
    }

    public Task<bool> TryReserveAsync(Peer peer, Guid reservation, TimeSpan waited, CancellationToken cancellationToken) =>
        Task.FromResult(false);

    public Task<Turn> WaitTurnAsync(Guid create, string holder, TimeSpan waited, int limit, CancellationToken cancellationToken) =>
        Task.FromResult(new Turn(TurnKind.Unknown));

    public void LeaveLine(Guid create)
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
