using Steelyard.Workers;

namespace Steelyard.Sessions;

/// <summary>A snapshot of a session, for lists.</summary>
/// <param name="Worker">Its worker; null while it is being restored.</param>
public sealed record SessionView(
    SessionId Id,
    DateTimeOffset CreatedAt,
    TimeSpan Age,
    TimeSpan Idle,
    TimeSpan Remaining,
    Worker? Worker,
    int Restarts);
