using Steelyard.Fabric;
using Steelyard.Http;
using Steelyard.Settings;

namespace Steelyard.Cluster.Views;

/// <summary>
/// Sends a request with <c>node=NAME</c> in its query to that node, which answers for itself: its status, its events, its metrics, its
/// workers. A node that is alone has nowhere to send it, and answers for itself only when the name is its own.
/// </summary>
/// <param name="next">What follows.</param>
/// <param name="fabric">Knows the other nodes.</param>
/// <param name="options">Has the name of this node.</param>
/// <param name="forwarder">Sends; null on a node that is alone.</param>
internal sealed class NodeViews(RequestDelegate next, IFabric fabric, Options options, PeerForwarder? forwarder = null)
{
    /// <summary>The routes that take the name in their query.</summary>
    internal static readonly string[] Views =
        ["/status", "/readyz", "/series", "/events", "/metrics", "/pressure", "/workers", "/workers/{id}", "/workers/{id}/log"];

    // In the path, in the query, or before the id of a worker.
    private static string? NameIn(HttpContext context, string pattern) =>
        pattern == "/nodes/{name}" ? (string?)context.Request.RouteValues["name"]
        : !Views.Contains(pattern) ? null
        : WorkerAddress.NodeOf((string?)context.Request.RouteValues["id"]) is { } node ? node
        : context.Request.Query["node"] is [{ Length: > 0 } name] ? name
        : null;

    // Not the own name: callers of /readyz need no key.
    private string Hint => options.IsClustered ? "GET /nodes lists the nodes." : "This node is alone, and GET /nodes has its name.";

    public Task InvokeAsync(HttpContext context) =>
        context.GetEndpoint() is not RouteEndpoint { RoutePattern.RawText: { } pattern }
            || NameIn(context, pattern) is not { } name
            || context.IsFromPeer()
                ? next(context)
                : SendAsync(context, name);

    private async Task SendAsync(HttpContext context, string name)
    {
        UsePlainId(context);
        var peer = fabric.Peers.FirstOrDefault(peer => peer.State.Name == name);
        if (name == options.NodeName)
        {
            context.Features.Set(new OneNode());
            await next(context);
        }
        else if (peer is null || forwarder is null)
            await Problem.WriteAsync(context, StatusCodes.Status404NotFound, $"There is no node '{name}'. {Hint}", "not_found");
        else if (!peer.IsReachable || (await forwarder.SendAsync(context, peer)).Outcome == ForwardOutcome.Failed)
            await Problem.UnavailableAsync(context, $"Node {name} does not answer. Retry.", TimeSpan.FromSeconds(1));
    }

    /// <summary>Marks a request that is about this node alone.</summary>
    internal sealed class OneNode;

    private static void UsePlainId(HttpContext context)
    {
        if ((string?)context.Request.RouteValues["id"] is not { } id || WorkerAddress.NodeOf(id) is null)
            return;
        var plain = WorkerAddress.PlainOf(id);
        context.Request.RouteValues["id"] = plain;
        context.Request.Path = context.Request.Path.Value!.Replace($"/{id}", $"/{plain}", StringComparison.Ordinal);
    }
}
