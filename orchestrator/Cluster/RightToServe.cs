using Steelyard.Fabric;
using Steelyard.Http;

namespace Steelyard.Cluster;

/// <summary>
/// A node that is cut off from its cluster may not answer for its sessions: other nodes may have said already that they are gone.
/// </summary>
internal static class RightToServe
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public static Task RefuseAsync(HttpContext context) => Problem.UnavailableAsync(
        context, "This node is cut off from its cluster, so it may not serve sessions. Retry.", RetryAfter);

    /// <summary>Lets no answer begin after the right has ended: it can end while the request is served.</summary>
    public static void Watch(HttpContext context, IFabric fabric) => context.Response.OnStarting(() =>
    {
        if (!fabric.MayServe)
            context.Abort();
        return Task.CompletedTask;
    });
}
