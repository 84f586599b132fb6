namespace Steelyard.History;

/// <summary>An ended session as it stands on disk.</summary>
/// <param name="Number">Its place among all that have ended, restarts of the node included; from 1.</param>
/// <param name="Id">Its public id, as text in lower case.</param>
/// <param name="Holder">Name of the key it was created with; null on a node without keys.</param>
/// <param name="Worker">Id of its last worker, unique within one life of the node; null when it ended while it had none.</param>
/// <param name="Reason">Name of the reason in the API.</param>
/// <param name="Detail">By whom or through what it ended, as the log has it.</param>
/// <param name="BytesSent">Through its proxy, from the browser.</param>
/// <param name="BytesReceived">Through its proxy, to the browser.</param>
/// <param name="Ttl">Its longest idle time.</param>
/// <param name="MaxAge">Its longest life; null for no end.</param>
/// <param name="Metadata">A JSON object of texts; null for none.</param>
/// <param name="Facts">What the dialect it was created in wants to know of it, as JSON; null for nothing.</param>
/// <param name="Cause">Name in the API of what its worker was lost to; null for none.</param>
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
