using Steelyard.Connections;
using Steelyard.Sessions;

namespace Steelyard.Http;

/// <summary>
/// Tells each connection when a request of it is served, and refuses those on excess ones, but for what operators ask: while all
/// connections are busy they need it most. No middleware of its own, which would cost each request an allocation.
/// </summary>
internal static class Admission
{
    private static readonly PathString[] ForOperators = ["/health", "/readyz", "/status", "/workers"];

    /// <summary>False when the connection is being closed to make room: nothing is done then, and <see cref="End"/> not called.</summary>
    public static bool TryBegin(HttpContext context, ClientConnection? connection)
    {
        if (connection?.TryServe() != false)
            return true;
        context.Abort();
        return false;
    }

    /// <summary>Answers 503, and true, when all connections are busy and this one came beyond them.</summary>
    public static async ValueTask<bool> RefusesAsync(HttpContext context, ClientConnection? connection)
    {
        if (connection is not { IsExcess: true })
            return false;
        context.Response.Headers.Connection = "close";
        if (ForOperators.Any(path => context.Request.Path.StartsWithSegments(path)))
            return false;
        await Problem.UnavailableAsync(context, "All connections of this node are in use: see --max-connections and ulimit -n. Retry.", TimeSpan.FromSeconds(1));
        return true;
    }

    /// <summary>The request is answered.</summary>
    /// <param name="context">The request.</param>
    /// <param name="connection">Its connection.</param>
    /// <param name="hasKeys">Callers show keys: one that has not is a stranger.</param>
    public static void End(HttpContext context, ClientConnection? connection, bool hasKeys) =>
        connection?.Rest(!hasKeys || (context.Features.Get<Caller>() is { } caller && caller != Caller.Nobody));
}
