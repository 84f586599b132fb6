using Steelyard.Cdp;
using Steelyard.Http;
using Steelyard.Pool;
using Steelyard.Sessions;
using Steelyard.Settings;
using Steelyard.WorkerHttp;
using Steelyard.Workers;

namespace Steelyard.Dialects.Connect;

/// <summary>
/// DevTools discovery at the root: where to connect, and the protocol. The address in the answer keeps the query, which may name a session
/// or the options of a new one.
/// </summary>
public sealed class RootDiscoveryDialect(
    SessionCalls calls, TemporarySessions temporary, WorkerPool pool, RootDiscovery discovery, Options options) : IDialect
{
    private const int MostAsked = 8;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/json/version", Discovery.Verbs, discovery.OrSocket("/json/version", VersionAsync))
            .Reads();
        routes.MapMethods("/json/protocol", Discovery.Verbs, discovery.OrSocket("/json/protocol", ProtocolAsync))
            .Reads();
    }

    private async Task VersionAsync(HttpContext context)
    {
        if (ConnectQuery.SessionId(context.Request.Query) is { } id)
            calls.Begin(id, context.Caller(), out _).Dispose();
        else
            temporary.Parse(context); // The client learns now what is wrong with the options, not at the connect.
        var (socket, version) = (Socket(context), "");
        await AskAsync("/json/version", reply => Discovery.TryLead(reply.Body.Span, socket, out version));
        await SessionTargets.WriteAsync(context, version);
    }

    private async Task ProtocolAsync(HttpContext context)
    {
        var protocol = Array.Empty<byte>();
        await AskAsync("/json/protocol", reply => (protocol = reply.Body.ToArray()).Length > 0);
        await context.Response.WriteWholeAsync("application/json; charset=UTF-8", protocol);
    }

    private string Socket(HttpContext context) =>
        $"{PublicAddress.Of(context.Request, options).WebSocketOrigin}/{context.WholeQuery()}";

    // Any worker can answer, except one that is just preparing its next browser. Throws when none gives an answer that can be used.
    private async Task AskAsync(string path, Func<WorkerReply, bool> tryUse)
    {
        var canAttach = false;
        foreach (var worker in pool.Workers().Where(worker => worker.State is WorkerState.Ready or WorkerState.Leased).Take(MostAsked))
        {
            using var reply = await worker.Client.DiscoverAsync("GET", path);
            if (reply.IsSuccess && tryUse(reply))
                return;
            canAttach |= reply.Status != StatusCodes.Status404NotFound;
        }

        if (canAttach || pool.Status() is { Ready: 0, Leased: 0 })
            throw PoolUnavailableException.NoneReady();
        throw new MissingFeatureException($"browser to attach to: they do not serve {path}");
    }
}
