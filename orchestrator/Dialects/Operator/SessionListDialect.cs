using Steelyard.Http;
using Steelyard.LiveView;
using Steelyard.Sessions;

namespace Steelyard.Dialects.Operator;

/// <summary>Lists the live sessions.</summary>
internal sealed class SessionListDialect(SessionRegistry sessions, LiveViewLinks links) : IDialect
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/sessions", ListAsync).Reads();

    private Task ListAsync(HttpContext context)
    {
        var entries = SessionViews.Of(sessions, context.Caller()).ConvertAll(view => SessionEntry.From(view, links));
        return context.Response.WriteAsJsonAsync(new(entries), OperatorJson.Default.SessionListReply);
    }
}
