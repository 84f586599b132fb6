using Steelyard.Http;
using Steelyard.Sessions;

namespace Steelyard.Dialects.Operator;

/// <summary>The history of sessions that have ended.</summary>
public sealed class HistoryDialect(SessionRegistry sessions) : IDialect
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/sessions/{id}/history", GetAsync).WithSummary("The history of a session that has ended").Reads();

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
}
