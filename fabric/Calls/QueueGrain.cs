using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace Steelyard.Fabric.Calls;

/// <summary>The one line of all creates that no node has room for.</summary>
[Alias("steelyard.queue")]
internal interface IQueueGrain : IGrainWithIntegerKey
{
    /// <summary>Stands in line. Returns when it is this create's turn, or with nothing after a moment: then ask again.</summary>
    [Alias("wait"), ResponseTimeout("00:00:02.5")]
    Task<Turn> WaitAsync(Ticket ticket);

    /// <summary>The create needs no turn any more: it has the room, or its client has left.</summary>
    [Alias("leave"), OneWay]
    Task LeaveAsync(Guid ticket);

    /// <summary>Offers room. The first in line are told where to go.</summary>
    /// <param name="node">The node's number.</param>
    /// <param name="free">Number of sessions that it could take now.</param>
    [Alias("offer"), OneWay]
    Task OfferAsync(int node, int free);
}

/// <summary>
/// Keeps tickets in memory only. The origins of the creates hold their clients' requests and ask again, so if this grain is lost, or exists
/// twice for a while, only the order can suffer. Calls interleave, but only at an await: the line needs no lock.
/// </summary>
[Reentrant]
internal sealed class QueueGrain(TimeProvider time, ILogger<QueueGrain> logger) : Grain, IQueueGrain
{
    private readonly TicketLine line = new(time);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        logger.LogInformation("The cluster's line begins on this node");
        return base.OnActivateAsync(cancellationToken);
    }

    public Task<Turn> WaitAsync(Ticket ticket) => line.WaitAsync(ticket);

    public Task LeaveAsync(Guid ticket)
    {
        line.Leave(ticket);
        return Task.CompletedTask;
    }

    public Task OfferAsync(int node, int free)
    {
        line.Offer(node, free);
        return Task.CompletedTask;
    }
}
