using Steelyard.Cdp;
using Steelyard.Http;
using Steelyard.Requests;
using Steelyard.Sessions;

namespace Steelyard.Dialects.Connect;

/// <summary>Creates the sessions of connects, with the options of the query.</summary>
public sealed class TemporarySessions(
    SessionRegistry sessions, SessionCreator creator, CreateParser parser, Attacher attacher, SessionTargets targets)
{
    /// <summary>Creates a session that lasts as long as the client's WebSocket.</summary>
    /// <param name="context">The upgrade.</param>
    /// <param name="toPage">Connects to the session's page instead of the whole browser.</param>
    public async Task AttachAsync(HttpContext context, bool toPage)
    {
        using var created = await CreateAsync(context, isTemporary: true);
        created.Reply.Dispose(); // Nobody reads the worker's reply: free its connection before the client disconnects.
        try
        {
            var page = toPage ? await targets.FindPageAsync(context, created.Session) : null;
            if (toPage && page is null)
                await WriteNoPageAsync(context);
            else
                await attacher.AttachAsync(
                    context, created.Session, created.Activity, page is null ? null : $"/devtools/page/{page.Id}");
        }
        finally
        {
            sessions.End(created.Session, EndReason.Deleted, "its client disconnected");
        }
    }

    /// <summary>Creates a session that stays, and tells the client of its page.</summary>
    /// <param name="context">The request.</param>
    /// <param name="url">The page to open, as a query; null for the page that is open already.</param>
    public async Task OpenAsync(HttpContext context, string? url)
    {
        using var created = await CreateAsync(context, isTemporary: false);
        var isTold = false;
        try
        {
            isTold = await TellPageAsync(context, created.Session, url) && !context.RequestAborted.IsCancellationRequested;
        }
        finally
        {
            if (!isTold)
                sessions.End(created.Session, EndReason.Deleted, "its client was not told of it");
        }
    }

    /// <summary>Reads the options of a connect's query. Throws <see cref="FieldException"/>.</summary>
    internal SessionRequest Parse(HttpContext context, bool isTemporary = true) =>
        parser.Parse(ConnectQuery.Options(context.Request.Query, isTemporary), context.Caller());

    private Task<CreatedSession> CreateAsync(HttpContext context, bool isTemporary) =>
        creator.CreateAsync(Parse(context, isTemporary), context.RequestAborted);

    // Returns false when there is no page: the client has then been told.
    private async Task<bool> TellPageAsync(HttpContext context, Session session, string? url)
    {
        if (await attacher.AddressAsync(context, session) is null)
            return false;
        var page = url is null
            ? await targets.FindPageAsync(context, session)
            : await targets.AskAsync(context, session, "PUT", "/json/new" + url) is [{ } opened, ..] ? opened : null;
        await (page is null ? WriteNoPageAsync(context) : SessionTargets.WriteAsync(context, page.Json));
        return context.Response.StatusCode == StatusCodes.Status200OK;
    }

    private static Task WriteNoPageAsync(HttpContext context) =>
        Problem.WriteAsync(context, StatusCodes.Status502BadGateway, "The session's browser did not report its page. Retry.");
}
