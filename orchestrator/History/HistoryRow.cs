namespace Steelyard.History;

/// <summary>An ended session as stored on disk.</summary>
/// <param name="Number">Position among all sessions of this node that have ended, counted from 1 across restarts of the node.</param>
/// <param name="Id">Public session id as text in lower case.</param>
/// <param name="Holder">Name of the key that created the session; null on a node without keys.</param>
/// <param name="Worker">Id of its last worker, unique until the node restarts; null when it had no worker at its end.</param>
/// <param name="Reason">Name of the reason in the API.</param>
/// <param name="Detail">Who or what ended the session, as in the log.</param>
/// <param name="BytesSent">Bytes from the browser through the session's proxy.</param>
/// <param name="BytesReceived">Bytes to the browser through the session's proxy.</param>
/// <param name="Ttl">Longest idle time.</param>
/// <param name="MaxAge">Longest lifetime; null for no limit.</param>
/// <param name="Metadata">A JSON object whose values are strings; null for none.</param>
/// <param name="Facts">JSON that the dialect of the create needs to describe the session; null for nothing.</param>
/// <param name="Cause">Name in the API of the cause of the worker's loss; null for none.</param>
public sealed record HistoryRow(
    long Number,
    string Id,
    int Node,
    string? Holder,
    string? Worker,
    DateTimeOffset CreatedAt,
    DateTimeOffset EndedAt,
    string Reason,
    string Detail,
    int Restarts,
    long BytesSent,
    long BytesReceived,
    TimeSpan Ttl,
    TimeSpan? MaxAge,
    string? Metadata,
    string? Facts,
    string? Cause);
