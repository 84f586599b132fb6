using Steelyard.Fabric;
using Steelyard.Http;
using Steelyard.Pool;
using Steelyard.Settings;

namespace Steelyard.Cluster;

/// <summary>This node's creates that no node has room for. Their requests wait here, and their tickets in the fabric.</summary>
internal sealed class ClusterQueue(IFabric fabric, Options options, TimeProvider time)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    // The line moves to another node when its own is lost. That takes about five seconds, and a call to it may hang for half of that.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private int waiting;

    /// <summary>Nobody waits at any node: a create that comes now overtakes nobody. As of the nodes' last states.</summary>
    public bool IsEmpty => waiting == 0 && fabric.Peers.All(peer => peer.State.Waiting == 0 || !peer.IsReachable);

    /// <summary>Number of this node's creates that wait.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    public string Region => options.Region;

    /// <summary>
    /// Waits for a turn, and lets the create try the node that has room. After that it stands in line again, unless it was served.
    /// Throws <see cref="PoolUnavailableException"/>.
    /// </summary>
    /// <param name="context">The create.</param>
    /// <param name="tryNode">
    /// Tries a node, with the time that the create has waited, and tells when it has a place there; true when the client has an answer.
    /// </param>
    /// <param name="here">Lets it wait in this node's own line, because the fabric cannot be asked.</param>
    public async Task WaitAsync(HttpContext context, Func<int, TimeSpan, Action, Task<bool>> tryNode, Func<Task> here)
    {
        var (id, since, holder) = (Guid.NewGuid(), time.GetTimestamp(), context.Caller().Name ?? "");
        var known = since; // When the line could last be asked.
        var limit = options.QueueLimit;
        while (time.GetElapsedTime(since) is var waited && waited < options.QueueTimeout)
        {
            var turn = await TurnAsync(id, holder, waited, limit, context.RequestAborted);
            if (turn.Kind == TurnKind.Full)
                throw PoolUnavailableException.QueueFull(options.QueueLimit, RetryAfter);
            if (turn.Kind == TurnKind.Go && await tryNode(turn.Node, time.GetElapsedTime(since), () => fabric.LeaveLine(id)))
                return;
            if (turn.Kind != TurnKind.Unknown)
            {
                (known, limit) = (time.GetTimestamp(), int.MaxValue); // It has stood in line, and is not refused any more.
            }
            else if (time.GetElapsedTime(known) < Patience)
            {
                await Task.Delay(Pause, time, context.RequestAborted);
            }
            else
            {
                await here();
                return;
            }
        }

        fabric.LeaveLine(id);
        throw PoolUnavailableException.WaitOver(null, RetryAfter);
    }

    private async Task<Turn> TurnAsync(Guid id, string holder, TimeSpan waited, int limit, CancellationToken left)
    {
        Interlocked.Increment(ref waiting);
        try
        {
            return await fabric.WaitTurnAsync(id, holder, waited, limit, left);
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }
}
