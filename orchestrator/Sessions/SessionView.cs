using Steelyard.Workers;

namespace Steelyard.Sessions;

/// <summary>A snapshot of a session, for lists.</summary>
/// <param name="Worker">Its worker; null while it is being restored.</param>
/// <param name="Holder">Name of the key that created it; null on a node without keys.</param>
/// <param name="Metadata">The client's own labels.</param>
public sealed record SessionView(
    SessionId Id,
    DateTimeOffset CreatedAt,
    TimeSpan Age,
    TimeSpan Idle,
    TimeSpan Remaining,
    Worker? Worker,
    int Restarts,
    string? Holder,
    IReadOnlyDictionary<string, string> Metadata);
