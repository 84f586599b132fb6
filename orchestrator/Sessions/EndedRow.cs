using System.Text.Json;
using Steelyard.History;

namespace Steelyard.Sessions;

/// <summary>Converts ended sessions to rows on disk, and back.</summary>
internal static class EndedRow
{
    public static HistoryRow Write(EndedSession session) => new(
        session.Number,
        session.Id.ToString(),
        session.Node,
        session.Request.Holder,
        session.Worker,
        session.CreatedAt,
        session.EndedAt,
        session.Reason.Name(),
        session.Detail,
        session.Restarts,
        session.Usage.Sent,
        session.Usage.Received,
        session.Request.Clock.Ttl,
        session.Request.Clock.MaxAge,
        session.Request.Metadata.Count == 0 ? null : JsonSerializer.Serialize(session.Request.Metadata),
        session.Request.Facts,
        session.Cause);

    public static EndedSession Read(HistoryRow row)
    {
        var request = new SessionRequest(default, new(row.Ttl, row.MaxAge)) { Holder = row.Holder, Facts = row.Facts };
        if (row.Metadata is { } labels)
            request = request with { Metadata = JsonSerializer.Deserialize<Dictionary<string, string>>(labels)! };
        return new(
            new(Guid.ParseExact(row.Id, "D")),
            request,
            row.CreatedAt,
            row.EndedAt,
            EndReasons.Parse(row.Reason),
            row.Detail,
            row.Worker,
            row.Node,
            row.Restarts,
            new(row.BytesSent, row.BytesReceived))
        { Number = row.Number, Cause = row.Cause };
    }
}
