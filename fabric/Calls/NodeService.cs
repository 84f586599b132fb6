using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime.Services;

namespace Steelyard.Fabric.Calls;

/// <summary>Answers the calls of other nodes.</summary>
[Reentrant]
internal sealed class NodeService(
    GrainId id, Silo silo, ILoggerFactory loggers, LocalNode node, Verdicts verdicts, Tenure tenure, Func<TimeSpan> clock)
    : GrainService(id, silo, loggers), INodeService
{
    public Task<PeerState> ExchangeAsync(PeerState state) => Task.FromResult(node.State());

    public Task<bool> ReserveAsync(Guid reservation, TimeSpan waited) => Task.FromResult(node.TryReserve(reservation, waited));

    public Task<Vote> VouchAsync(string name, long incarnation) => Task.FromResult(Vote.Of(verdicts.Answer(name, incarnation, clock())));

    public Task<Basis> BasisAsync(long incarnation) =>
        Task.FromResult(tenure.Incarnation == incarnation && tenure.Basis is { } view ? Basis.Of(view) : new([]));

    public Task<Pledge> PromiseAsync(string name, long incarnation) => Task.FromResult(new Pledge(verdicts.Promise(name, incarnation)));
}

/// <summary>Calls the service of one node.</summary>
internal sealed class NodeServiceClient(IServiceProvider services) : GrainServiceClient<INodeService>(services)
{
    public INodeService At(SiloAddress node) => GetGrainService(node);
}
