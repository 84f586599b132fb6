using System.Collections.Concurrent;
using Steelyard.Sessions;

namespace Steelyard.Cluster;

/// <summary>Which node has a session whose id its client has chosen: the id itself does not tell.</summary>
internal sealed class ChosenIdClaims
{
    private readonly ConcurrentDictionary<SessionId, int> known = new();

    public ValueTask<int?> FindAsync(SessionId id, CancellationToken cancellationToken) =>
        new(known.TryGetValue(id, out var node) ? node : null);
}
