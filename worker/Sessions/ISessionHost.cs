using SteelBrowser.Http;
using Steelyard.Contract;

namespace SteelBrowser.Sessions;

/// <summary>Holds the worker's only session.</summary>
internal interface ISessionHost
{
    /// <summary>True when a create would be served at once, without ending another session.</summary>
    bool IsAvailable { get; }

    StoredSession? Session { get; }

    /// <summary>True when the worker is ending because its browser is lost. Only its exit status tells why.</summary>
    bool HasLostBrowser { get; }

    /// <summary>How its browsers are isolated from the rest of the machine; null when it has no browsers.</summary>
    Isolation? Isolation { get; }

    /// <summary>Makes this the current session; the previous one ends. False when no browser was ready in time.</summary>
    ValueTask<bool> TryCreateAsync(StoredSession session, CancellationToken cancellationToken);

    /// <summary>Ends the session if it has this id. The session is gone when this returns; cleanup continues in the background.</summary>
    bool TryEnd(string id);

    /// <summary>Passes a DevTools discovery call to the browser. Null when there is no browser.</summary>
    ValueTask<Reply?> DiscoverAsync(string method, string pathAndQuery, CancellationToken cancellationToken);

    /// <summary>Runs until it is asked to stop or cannot continue, then cleans up and returns the worker's exit code.</summary>
    Task<int> RunAsync(CancellationToken stop);
}
