using Steelyard.Fabric;
using Steelyard.Http;

namespace Steelyard.Cluster.Views;

/// <summary>
/// Sends a request for a DevTools target at the root to the node that has it. The id of a target does not say where that is, so the others
/// are asked, but only when this node does not have it. One hop at most: a node that gets a forwarded request asks nobody.
/// </summary>
internal sealed class TargetRouter(RequestDelegate next, IFabric fabric, PartCollector collector, PeerForwarder forwarder)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly string[] Routes = ["/devtools/page/{target}", "/json/activate/{target}", "/json/close/{target}"];

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint { RoutePattern.RawText: { } pattern } || !Routes.Contains(pattern))
            return next(context);
        if (!fabric.MayServe)
            return RightToServe.RefuseAsync(context);
        RightToServe.Watch(context, fabric);
        if (!context.IsFromPeer())
            context.Features.Set(new TargetElsewhere(target => TrySendAsync(context, target)));
        return next(context);
    }

    // Each node lists the targets of the caller only.
    private async Task<bool> TrySendAsync(HttpContext context, string target)
    {
        var parts = await collector.AskOthersAsync(context, TargetElsewhere.Question(target));
        var owner = parts.Entries("").Find(each => (string?)each.Entry["id"] == target).Node;
        if (owner is not null)
        {
            var peer = fabric.Peers.FirstOrDefault(peer => peer.State.Name == owner);
            if (peer is null || (await forwarder.SendAsync(context, peer)).Outcome == ForwardOutcome.Failed)
                await Problem.UnavailableAsync(context, $"Node {owner}, which has the target, did not answer. Retry.", RetryAfter);
            return true;
        }

        // Workers without targets answer 501.
        var failed = parts.Answers.Where(part => part.Status is not (StatusCodes.Status200OK or StatusCodes.Status501NotImplemented));
        var unsure = string.Join(", ", [.. parts.Missing, .. failed.Select(part => part.Node)]);
        if (unsure.Length == 0)
            return false;
        await Problem.UnavailableAsync(context, $"Nodes that may have the target cannot say so: {unsure}. Retry.", RetryAfter);
        return true;
    }
}
