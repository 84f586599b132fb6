using Steelyard.Fabric;
using Steelyard.Http;
using Steelyard.Pool;
using Steelyard.Sessions;

namespace Steelyard.Cluster;

/// <summary>
/// Sends a create to a node that has room for it: to this one, else to another one, which keeps a place for it; else it waits in the
/// cluster's line. Only the node that serves a create looks at what is asked for.
/// </summary>
internal sealed class CreateRouter(
    RequestDelegate next,
    IFabric fabric,
    Reservations reservations,
    PeerForwarder forwarder,
    ClusterQueue queue,
    RequestBodies bodies,
    SessionHomes homes)
{
    private const int Tries = 3;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public Task InvokeAsync(HttpContext context) => !CreateEffect.IsIn(context) ? next(context)
        : !context.IsFromPeer() ? PlaceAsync(context)
        : fabric.MayServe ? ServeAsync(context, Claim(context))
        : RightToServe.RefuseAsync(context);

    // Null when the place is not kept any more: the create then stands in this node's own line.
    private Reservation? Claim(HttpContext context) =>
        Guid.TryParse(context.Request.Headers[PeerRequest.ReservationHeader], out var id) ? reservations.Claim(id) : null;

    private async Task ServeAsync(HttpContext context, Reservation? place)
    {
        RightToServe.Watch(context, fabric);
        int elsewhere;
        using (place)
        {
            place?.Use();
            try
            {
                await next(context);
                return;
            }
            catch (SessionElsewhereException e) when (context.IsFromPeer())
            {
                PeerRequest.SendElsewhere(context, e.Node);
                return;
            }
            catch (SessionElsewhereException e)
            {
                elsewhere = e.Node;
            }
        }

        await SendToAsync(context, elsewhere);
    }

    private async Task PlaceAsync(HttpContext context)
    {
        await TakeBodyAsync(context);
        if (queue.IsEmpty && TryMakePlace() is { } here)
        {
            await ServeAsync(context, here);
            return;
        }

        var tried = new HashSet<int>();
        while (queue.IsEmpty && tried.Count < Tries && Candidates.Choose(fabric.Peers, queue.Region, tried, Random.Shared) is { } peer)
        {
            if (await TryAsync(context, peer, TimeSpan.Zero, () => { }))
                return;
            tried.Add(peer.State.Number);
        }

        try
        {
            await queue.WaitAsync(
                context,
                (node, waited, placed) => TryAsync(context, node, waited, placed),
                () => fabric.MayServe ? ServeAsync(context, null) : RightToServe.RefuseAsync(context));
        }
        catch (PoolUnavailableException e) when (context.Request.Path == "/sessions")
        {
            await Problem.UnavailableAsync(context, e); // As the challenge asks, also when the cluster is only overloaded.
        }
    }

    private Reservation? TryMakePlace(TimeSpan waited = default) => fabric.MayServe ? reservations.TryMake(waited) : null;

    // True when the client has an answer.
    private async Task<bool> TryAsync(HttpContext context, int node, TimeSpan waited, Action placed)
    {
        if (fabric.Find(node, out var peer) != Whereabouts.Here)
            return peer is not null && await TryAsync(context, peer, waited, placed);
        if (TryMakePlace(waited) is not { } here)
            return false;
        placed();
        await ServeAsync(context, here);
        return true;
    }

    private async Task<bool> TryAsync(HttpContext context, Peer peer, TimeSpan waited, Action placed)
    {
        var place = Guid.NewGuid();
        if (!await fabric.TryReserveAsync(peer, place, waited, context.RequestAborted))
            return false;
        placed();
        if (context.Request.Body.CanSeek)
            context.Request.Body.Position = 0;
        var (outcome, node) = await forwarder.SendAsync(context, peer, place);
        if (outcome == ForwardOutcome.Elsewhere)
            await SendToAsync(context, node);
        return outcome != ForwardOutcome.Failed;
    }

    // The client has chosen the session's id, and another node has a session of this id.
    private async Task SendToAsync(HttpContext context, int node)
    {
        if (context.Request.Body.CanSeek)
            context.Request.Body.Position = 0;
        if (fabric.Find(node, out var peer) == Whereabouts.Away && !homes.AreKept
            && await fabric.IsGoneAsync(node, context.RequestAborted))
            await Problem.WriteAsync(
                context, StatusCodes.Status409Conflict, "The session of this id was lost with its node. Choose another id.");
        else if (peer is null || (await forwarder.SendAsync(context, peer)).Outcome is ForwardOutcome.Failed or ForwardOutcome.Elsewhere)
            await Problem.UnavailableAsync(context, "The node that has the session of this id cannot be reached. Retry.", RetryAfter);
    }

    // A node that fails may have read a part of the body, and the next one needs the whole.
    private async Task TakeBodyAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsPost(request.Method) || (request.ContentLength is null or 0 && request.Headers.TransferEncoding.Count == 0))
            return;
        var body = await (request.Path == "/sessions" ? bodies.ReadJsonAsync(request) : bodies.ReadContextAsync(request));
        request.Body = new MemoryStream(body, writable: false);
        request.Headers.TransferEncoding = default;
        request.Headers.ContentLength = body.Length;
    }
}
