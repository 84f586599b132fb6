using System.Globalization;
using Steelyard.History;
using Steelyard.Http;
using Steelyard.Sessions;

namespace Steelyard.Dialects.Operator;

/// <summary>The history of sessions that have ended.</summary>
public sealed class HistoryDialect(SessionRegistry sessions, SessionHistory history) : IDialect
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 500;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/history", ListAsync).Reads();
        routes.MapGet("/sessions/{id}/history", GetAsync).Reads();
    }

    private async Task GetAsync(HttpContext context)
    {
        var id = (string?)context.Request.RouteValues["id"];
        if (await sessions.FindEndedAsync(id.AsMemory(), context.Caller()) is { } ended)
            await context.Response.WriteShortJsonAsync(new([HistoryEntry.From(ended)]), OperatorJson.Default.HistoryReply);
        else
            await Problem.WriteAsync(
                context,
                StatusCodes.Status404NotFound,
                "No session with this id has ended, or it is forgotten: see --history-age and --history-size. " +
                "A live session has a history only after its end.",
                "not_found");
    }

    private async Task ListAsync(HttpContext context)
    {
        var (limit, reason, after) = Read(context.Request.Query);
        var caller = context.Caller();

        // Otherwise expired sessions would be neither live nor in the history.
        foreach (var session in sessions.Live)
            sessions.EndIfOver(session);
        var (recent, before) = history.Remembered();
        var query = new HistoryQuery(before, limit + 1)
        {
            Holder = caller.IsOperator ? null : caller.Name,
            Reasons = reason is null ? null : [reason],
            After = after,
        };
        var (older, _) = await history.PageAsync(query, caller.Name, context.RequestAborted);
        var page = recent
            .Where(session => caller.Sees(session.Request.Holder) && (reason is null || session.Reason.Name() == reason))
            .Concat(older)
            .DistinctBy(session => session.Id)
            .Where(session => after is null || IsAfter(session, after))
            .OrderByDescending(session => session.CreatedAt)
            .ThenBy(session => session.Id.ToString(), StringComparer.Ordinal)
            .Take(limit + 1)
            .ToList();
        var shown = page.Take(limit)
            .Select(session => HistoryEntry.From(session) with { Place = context.IsPart() ? Place(session) : null }).ToList();
        await context.Response.WriteAsJsonAsync(
            new(shown, page.Count > limit ? Place(page[limit - 1]) : null), OperatorJson.Default.HistoryReply);
    }

    private static (int Limit, string? Reason, HistoryPlace? After) Read(IQueryCollection query)
    {
        var limit = DefaultLimit;
        if (query["limit"] is [{ } text]
            && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is > 0 and <= MaxLimit))
            throw FieldException.Bad("limit", $"a whole number from 1 to {MaxLimit}");
        var reason = query["reason"] is [{ Length: > 0 } given] ? given : null;
        if (reason is not null && Enum.GetValues<EndReason>().All(each => each.Name() != reason))
            throw FieldException.Bad("reason", string.Join(", ", Enum.GetValues<EndReason>().Select(each => each.Name())));
        if (query["after"] is not [{ Length: > 0 } place])
            return (limit, reason, null);
        return HistoryPlace.Parse(place) is { } after
            ? (limit, reason, after)
            : throw FieldException.Bad("after", "the next of the page before");
    }

    private static string Place(EndedSession session) => new HistoryPlace(session.CreatedAt, session.Id.ToString()).ToString();

    private static bool IsAfter(EndedSession session, HistoryPlace place) => session.CreatedAt < place.CreatedAt
        || (session.CreatedAt == place.CreatedAt && string.CompareOrdinal(session.Id.ToString(), place.Id) > 0);
}
