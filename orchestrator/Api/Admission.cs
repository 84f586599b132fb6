using Steelyard.Connections;
using Steelyard.Sessions;

namespace Steelyard.Api;

/// <summary>
/// Tells each connection when a request of it is served, and refuses those on excess ones, but for what operators ask: while all connections are busy they need it most.
/// </summary>
public sealed class Admission(RequestDelegate next, KeyRing keys)
{
    private static readonly PathString[] ForOperators = ["/health", "/readyz", "/status", "/workers"];

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<ClientConnection>() is not { } connection)
        {
            await next(context);
            return;
        }

        if (!connection.TryServe())
        {
            context.Abort();
            return;
        }

        try
        {
            if (connection.IsExcess)
                context.Response.Headers.Connection = "close";
            if (connection.IsExcess && !ForOperators.Any(path => context.Request.Path.StartsWithSegments(path)))
                await Problem.UnavailableAsync(context, "All connections of this node are in use: see --max-connections and ulimit -n. Retry.", TimeSpan.FromSeconds(1));
            else
                await next(context);
        }
        finally
        {
            connection.Rest(keys.IsEmpty || (context.Features.Get<Caller>() is { } caller && caller != Caller.Nobody));
        }
    }
}
