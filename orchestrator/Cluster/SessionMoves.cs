using Steelyard.Fabric.Tables;
using Steelyard.Sessions;

namespace Steelyard.Cluster;

/// <summary>What requests must know of sessions that can be created anew on another node.</summary>
internal sealed class SessionMoves(SessionHomes homes, SessionCopier copier)
{
    public SessionHomes Homes => homes;

    /// <summary>
    /// Lets no client hear of the end of a session before its copy is deleted: a session that was deleted must not be created anew.
    /// </summary>
    public void Watch(HttpContext context, SessionId id)
    {
        if (homes.AreKept)
            context.Response.OnStarting(() => EndAsync(id));
    }

    private async Task EndAsync(SessionId id)
    {
        try
        {
            await copier.EndAsync(id, CancellationToken.None);
        }
        catch (TableUnavailableException)
        {
            // The copier says so, and goes on trying.
        }
    }
}
