using Steelyard.Connections;
using Steelyard.Sessions;

namespace Steelyard.Http;

/// <summary>
/// Tells each connection when one of its requests is served, and refuses requests on excess connections. Paths for operators are always
/// served: operators need them most while all connections are busy. This is not a middleware, because that would cost each request an
/// allocation.
/// </summary>
internal static class Admission
{
    private static readonly PathString[] ForOperators =
        ["/health", "/readyz", "/status", "/workers", "/metrics", "/events", "/series", "/dashboard"];

    /// <summary>
    /// Begins a request. False when the connection is being closed to make room: then do nothing more, and do not call <see cref="End"/>.
    /// </summary>
    public static bool TryBegin(HttpContext context, ClientConnection? connection)
    {
        if (connection?.TryServe() != false)
            return true;
        context.Abort();
        return false;
    }

    /// <summary>Answers 503 and returns true when all connections are busy and this connection exceeds the limit.</summary>
    public static async ValueTask<bool> RefusesAsync(HttpContext context, ClientConnection? connection)
    {
        if (connection is not { IsExcess: true })
            return false;
        context.Response.Headers.Connection = "close";
        if (ForOperators.Any(path => context.Request.Path.StartsWithSegments(path)))
            return false;
        await Problem.UnavailableAsync(
            context,
            "All connections of this node are in use: see --max-connections and ulimit -n. Retry.",
            TimeSpan.FromSeconds(1));
        return true;
    }

    /// <summary>Ends a request after its answer.</summary>
    /// <param name="context">The request.</param>
    /// <param name="connection">Its connection.</param>
    /// <param name="hasKeys">Whether the node has keys: then a caller without a key is a stranger.</param>
    public static void End(HttpContext context, ClientConnection? connection, bool hasKeys) =>
        connection?.Rest(!hasKeys || (context.Features.Get<Caller>() is { } caller && caller != Caller.Nobody));
}
