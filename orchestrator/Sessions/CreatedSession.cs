using Steelyard.WorkerHttp;

namespace Steelyard.Sessions;

/// <summary>A session that a create has just made. Dispose when the client has been told.</summary>
/// <param name="Session">The session.</param>
/// <param name="Activity">The create itself is an activity of it.</param>
/// <param name="Reply">The worker's reply to the create.</param>
/// <param name="Id">Where the id stands in the reply's body.</param>
public sealed record CreatedSession(Session Session, SessionActivity Activity, WorkerReply Reply, Range Id) : IDisposable
{
    public void Dispose()
    {
        Reply.Dispose();
        Activity.Dispose();
    }
}
