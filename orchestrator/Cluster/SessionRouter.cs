using System.Globalization;
using Steelyard.Fabric;
using Steelyard.Fabric.Tables;
using Steelyard.Http;
using Steelyard.Sessions;

namespace Steelyard.Cluster;

/// <summary>
/// Sends a request about a session to the node on which the session lives: its number is in the session's id, unless the session has moved.
/// One hop at most: a node that gets a forwarded request serves it itself, or says which node must, and a client that was redirected is not
/// redirected again.
/// </summary>
internal sealed class SessionRouter(
    RequestDelegate next,
    IFabric fabric,
    SessionOwners owners,
    SessionRegistry sessions,
    SessionMoves moves,
    PeerForwarder forwarder,
    Redirector redirector)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint { RoutePattern.RawText: { } pattern })
            return next(context);
        moves.WatchAll(context, pattern);
        return FileNode(context, pattern) is { } node ? SendAsync(context, null, node)
            : SessionPath.Of(context) is { } id ? RouteAsync(context, id)
            : next(context);
    }

    private async Task RouteAsync(HttpContext context, SessionId id)
    {
        if (await owners.FindAsync(id, context.RequestAborted) is { } node)
            await SendAsync(context, id, node);
        else
            await next(context); // What no node has, this one knows how to answer.
    }

    private async Task SendAsync(HttpContext context, SessionId? id, int node, bool hasMoved = false)
    {
        switch (fabric.Find(node, out var peer))
        {
            case Whereabouts.Here:
                await ServeAsync(context, id, hasMoved);
                break;
            case Whereabouts.There when !context.IsFromPeer():
                if (!redirector.TrySend(context, peer!))
                    await ForwardAsync(context, id, peer!, hasMoved);
                break;
            case Whereabouts.There when id is { } moved && moves.Homes.Moved(moved) == node:
                PeerRequest.SendElsewhere(context, node);
                break;
            case Whereabouts.Away when await fabric.IsGoneAsync(node, context.RequestAborted):
                await TellLostAsync(context, id, node, hasMoved);
                break;
            default:
                await TellAwayAsync(context, "The node that has the session cannot be reached. If it stays lost, the session ends. Retry.");
                break;
        }
    }

    private async Task ForwardAsync(HttpContext context, SessionId? id, Peer peer, bool hasMoved)
    {
        var hasBody = context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0;
        var (outcome, node) = await forwarder.SendAsync(context, peer);
        if (outcome == ForwardOutcome.Failed)
            await TellAwayAsync(context, $"Node {peer.State.Name}, which has the session, did not answer. Retry.");
        if (outcome != ForwardOutcome.Elsewhere || id is not { } session)
            return;
        moves.Homes.Learn(session, node);
        await (hasMoved || hasBody // A part of the body may have been read.
            ? TellAwayAsync(context, "The session has moved to another node. Retry.")
            : SendAsync(context, id, node, hasMoved: true));
    }

    // The node in its id has given the session up. Another one may have created it anew.
    private async Task TellLostAsync(HttpContext context, SessionId? id, int node, bool hasMoved)
    {
        if (id is { } session && await moves.Homes.FindAsync(session, isLast: true, context.RequestAborted) is { } home)
            await SendHomeAsync(context, session, home, node, hasMoved);
        else
            await Problem.SessionNotFoundAsync(context, new(EndReason.WorkerLost, "its node is lost", SessionEnd.NodeLost));
    }

    private async Task ServeAsync(HttpContext context, SessionId? id, bool hasMoved)
    {
        if (!fabric.MayServe)
        {
            await RightToServe.RefuseAsync(context);
            return;
        }

        if (id is { } session && sessions.FindPresent(session) is null
            && await moves.Homes.FindAsync(session, isLast: false, context.RequestAborted) is { } home
            && (home.IsLive || home.Node != fabric.Number))
        {
            await SendHomeAsync(context, session, home, fabric.Number, hasMoved);
            return;
        }

        RightToServe.Watch(context, fabric);
        if (id is { } own)
            moves.Watch(context, own);
        await next(context);
    }

    // Where the table says that the session lives, if that is not the node which turned out not to have it.
    private Task SendHomeAsync(HttpContext context, SessionId id, SessionHome home, int than, bool hasMoved)
    {
        if (home.Node == than)
        {
            return home.IsLive
                ? TellAwayAsync(context, "The session's node was lost, and the session is about to be created anew. Retry.")
                : Problem.SessionNotFoundAsync(context, new(EndReason.WorkerLost, "its node is lost", SessionEnd.NodeLost));
        }

        if (!context.IsFromPeer())
            return hasMoved ? TellAwayAsync(context, "The session moves. Retry.") : SendAsync(context, id, home.Node, hasMoved: true);
        PeerRequest.SendElsewhere(context, home.Node);
        return Task.CompletedTask;
    }

    private static Task TellAwayAsync(HttpContext context, string why) => Problem.UnavailableAsync(context, why, RetryAfter);

    // The name of a screenshot or PDF begins with the number of the node that has the file.
    private static int? FileNode(HttpContext context, string pattern) =>
        pattern == "/v1/artifacts/{name}"
        && context.Request.RouteValues["name"] is string { Length: > 4 } name
        && int.TryParse(name.AsSpan(0, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var node)
            ? node
            : null;
}
