using Steelyard.Workers;

namespace Steelyard.Sessions;

/// <summary>A session as lists show it.</summary>
/// <param name="Worker">Its worker; null while it is being restored.</param>
public sealed record SessionView(SessionId Id, DateTimeOffset CreatedAt, TimeSpan Age, TimeSpan Idle, TimeSpan Remaining, Worker? Worker, int Restarts);
