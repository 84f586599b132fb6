using Steelyard.Cluster;
using Steelyard.Events;
using Steelyard.Fabric;
using Steelyard.Http;
using Steelyard.Settings;

namespace Steelyard.Dialects.Operator;

/// <summary>Lists the nodes of the cluster, and drains one. A node that is alone is a cluster of one.</summary>
internal sealed class NodesDialect(
    IFabric fabric, OwnState own, DrainRequest drain, NodeEvents events, Options options) : IDialect
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/nodes", ListAsync).Reads();
        routes.MapDelete("/nodes/{name}", DrainAsync);
    }

    private Task ListAsync(HttpContext context)
    {
        var nodes = fabric.Peers.Select(peer => NodeEntry.From(peer.State, isSelf: false, peer.IsReachable))
            .Append(NodeEntry.From(own.Read(), isSelf: true, isReachable: true))
            .OrderBy(node => node.Name, StringComparer.Ordinal);
        return context.Response.WriteAsJsonAsync(new([.. nodes]), OperatorJson.Default.NodeListReply);
    }

    private Task DrainAsync(HttpContext context)
    {
        var caller = context.Caller();
        if (!caller.IsOperator)
            return Problem.WriteAsync(context, StatusCodes.Status403Forbidden, "Only an operator's key may drain a node.");
        if ((string?)context.Request.RouteValues["name"] != options.NodeName)
            return Problem.WriteAsync(
                context, StatusCodes.Status404NotFound, "There is no node with this name. GET /nodes lists the nodes.", "not_found");
        events.Publish(new NodeDrainAsked(caller.Name is { } name ? $"by the operator's key {name}" : "by a client"));
        drain.Make();
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        return Task.CompletedTask;
    }
}
