using Orleans.Services;

namespace Steelyard.Fabric.Calls;

/// <summary>What nodes ask each other. Every call has a deadline, because a half-cut node answers nothing.</summary>
[Alias("steelyard.node")]
internal interface INodeService : IGrainService
{
    /// <summary>Tells a node our state, and returns its own.</summary>
    [Alias("exchange"), ResponseTimeout("00:00:02")]
    Task<PeerState> ExchangeAsync(PeerState state);

    /// <summary>Keeps a place for one session for a moment. False when there is none.</summary>
    /// <param name="reservation">Names the place: the create that is forwarded takes it.</param>
    /// <param name="waited">How long that create has waited.</param>
    [Alias("reserve"), ResponseTimeout("00:00:02")]
    Task<bool> ReserveAsync(Guid reservation, TimeSpan waited);

    /// <summary>Asks whether a node that cannot read the table may go on: see <see cref="Verdicts.Answer"/>.</summary>
    [Alias("vouch"), ResponseTimeout("00:00:02")]
    Task<Vote> VouchAsync(string name, long incarnation);

    /// <summary>Asks on which view of the table a node's tenure rests; without rows for none. See <see cref="Tenure.Basis"/>.</summary>
    [Alias("basis"), ResponseTimeout("00:00:02")]
    Task<Basis> BasisAsync(long incarnation);

    /// <summary>Asks a node to refuse another one from now on: see <see cref="Verdicts.Promise"/>.</summary>
    [Alias("promise"), ResponseTimeout("00:00:02")]
    Task<Pledge> PromiseAsync(string name, long incarnation);
}
