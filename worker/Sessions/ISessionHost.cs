using SteelBrowser.Confinement;
using SteelBrowser.Http;

namespace SteelBrowser.Sessions;

/// <summary>Holds the one session.</summary>
internal interface ISessionHost
{
    /// <summary>A create would be served at once, and would end nobody's session.</summary>
    bool IsAvailable { get; }

    StoredSession? Session { get; }

    /// <summary>It ends, since its browser is lost. Why that is, only its exit status tells.</summary>
    bool HasLostBrowser { get; }

    /// <summary>What keeps its browsers from the rest of the machine; null when it has none.</summary>
    Isolation? Isolation { get; }

    /// <summary>Makes this the session; the one before it is gone. False when no browser was ready for it in time.</summary>
    ValueTask<bool> TryCreateAsync(StoredSession session, CancellationToken cancellationToken);

    /// <summary>Ends the session if it has this id. It is gone when this returns; the cleaning goes on behind it.</summary>
    bool TryEnd(string id);

    /// <summary>Asks the browser one of the DevTools discovery calls. Null when there is no browser.</summary>
    ValueTask<Reply?> DiscoverAsync(string method, string pathAndQuery, CancellationToken cancellationToken);

    /// <summary>Runs until asked to stop, or until it cannot go on; cleans up and returns our exit status.</summary>
    Task<int> RunAsync(CancellationToken stop);
}
