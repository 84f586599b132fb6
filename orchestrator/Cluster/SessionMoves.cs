using Steelyard.Fabric.Tables;
using Steelyard.Sessions;

namespace Steelyard.Cluster;

/// <summary>What is known of sessions that can be created anew on another node.</summary>
internal sealed class SessionMoves(ISessionCopies copies, SessionHomes homes, SessionCopier copier)
{
    private static readonly string[] Enders = ["/kill/{id}", "/v1/sessions/release"];

    public ISessionCopies Copies => copies;

    public SessionHomes Homes => homes;

    public SessionCopier Copier => copier;

    /// <summary>
    /// Lets no client hear of the end of a session before its copy is deleted: a session that was deleted must not be created anew.
    /// </summary>
    public void Watch(HttpContext context, SessionId id)
    {
        if (homes.AreKept)
            context.Response.OnStarting(() => TryAsync(() => copier.EndAsync(id, CancellationToken.None)));
    }

    /// <summary>The same for a request that ends several sessions.</summary>
    public void WatchAll(HttpContext context, string pattern)
    {
        if (homes.AreKept && Array.IndexOf(Enders, pattern) >= 0)
            context.Response.OnStarting(() => TryAsync(() => copier.EndEndedAsync(CancellationToken.None)));
    }

    private static async Task TryAsync(Func<Task> end)
    {
        try
        {
            await end();
        }
        catch (TableUnavailableException)
        {
            // The copier says so, and goes on trying.
        }
    }
}
