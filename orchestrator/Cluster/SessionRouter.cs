using System.Globalization;
using Steelyard.Fabric;
using Steelyard.Http;
using Steelyard.Sessions;

namespace Steelyard.Cluster;

/// <summary>
/// Sends a request about a session to the node on which the session lives: its number is in the session's id. One hop at most: a node that
/// gets a forwarded request serves it itself, and a client that was redirected is not redirected again.
/// </summary>
internal sealed class SessionRouter(
    RequestDelegate next,
    IFabric fabric,
    SessionIdIssuer ids,
    SessionRegistry sessions,
    ClusterIdClaims claims,
    PeerForwarder forwarder,
    Redirector redirector)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint { RoutePattern.RawText: { } pattern })
            return next(context);
        return FileNode(context, pattern) is { } node ? SendAsync(context, node)
            : SessionPath.Of(context) is { } id ? RouteAsync(context, id)
            : next(context);
    }

    private async Task RouteAsync(HttpContext context, SessionId id)
    {
        var number = sessions.FindPresent(id) is not null ? fabric.Number
            : ids.Made(id) ? id.Node
            : await claims.FindAsync(id, context.RequestAborted);
        await (number is { } node ? SendAsync(context, node) : next(context)); // What no node has, this one knows how to answer.
    }

    private async Task SendAsync(HttpContext context, int node)
    {
        switch (fabric.Find(node, out var peer))
        {
            case Whereabouts.Here:
                await ServeAsync(context);
                break;
            case Whereabouts.There when !context.IsFromPeer():
                if (!redirector.TrySend(context, peer!)
                    && (await forwarder.SendAsync(context, peer!)).Outcome == ForwardOutcome.Failed)
                    await TellAwayAsync(context, $"Node {peer!.State.Name}, which has the session, did not answer. Retry.");
                break;
            case Whereabouts.Away when await fabric.IsGoneAsync(node, context.RequestAborted):
                await Problem.SessionNotFoundAsync(context, new(EndReason.WorkerLost, "its node is lost"));
                break;
            default:
                await TellAwayAsync(context, "The node that has the session cannot be reached. If it stays lost, the session ends. Retry.");
                break;
        }
    }

    private Task ServeAsync(HttpContext context)
    {
        if (!fabric.MayServe)
            return RightToServe.RefuseAsync(context);
        RightToServe.Watch(context, fabric);
        return next(context);
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
