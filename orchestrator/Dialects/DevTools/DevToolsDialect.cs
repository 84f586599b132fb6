using Steelyard.Cdp;
using Steelyard.Http;
using Steelyard.Sessions;
using Steelyard.Settings;
using Steelyard.WorkerHttp;

namespace Steelyard.Dialects.DevTools;

/// <summary>
/// The Chrome DevTools Protocol of one session, under the session's path: discovery over HTTP, with addresses that lead back to this node,
/// and the WebSockets of the browser and of its pages.
/// </summary>
public sealed class DevToolsDialect(SessionCalls calls, Attacher attacher, Options options) : IDialect
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sessions/{id}/cdp", context => AttachAsync(context, null))
            .Connects();
        foreach (var kind in new[] { "browser", "page" })
        {
            routes.MapGet(
                $"/sessions/{{id}}/devtools/{kind}/{{target}}",
                context => AttachAsync(context, $"/devtools/{kind}/{Target(context)}"))
                .Connects();
        }

        foreach (var path in new[] { "", "/version", "/list", "/protocol" })
        {
            routes.MapMethods("/sessions/{id}/json" + path, Discovery.Verbs, DiscoverAsync)
                .Reads();
        }

        routes.MapMethods("/sessions/{id}/json/activate/{target}", Discovery.Verbs, DiscoverAsync)
            .Changes();
        routes.MapMethods("/sessions/{id}/json/close/{target}", Discovery.Verbs, DiscoverAsync)
            .Changes();
        routes.MapPut("/sessions/{id}/json/new", DiscoverAsync);
    }

    private static string Target(HttpContext context) => Uri.EscapeDataString((string)context.Request.RouteValues["target"]!);

    private async Task DiscoverAsync(HttpContext context)
    {
        using var activity = calls.Begin((string?)context.Request.RouteValues["id"], context.Caller(), out var session);
        if (await attacher.AddressAsync(context, session) is not { } at)
            return;
        var path = context.Request.Path.ToUriComponent();
        path = "/json" + path[(path.IndexOf("/json", StringComparison.OrdinalIgnoreCase) + "/json".Length)..].TrimEnd('/');
        var self = PublicAddress.Of(context.Request, options);
        var prefix = $"{self.WebSocketOrigin}/sessions/{session.Id}";
        if (at.Placement.Worker.Client.Protocol.BrowserPath is not null)
        {
            await RootDiscovery.WriteAsync(context, path, $"{prefix}/cdp");
            return;
        }

        using var reply = await SessionCalls.DiscoverAsync(
            session, at.Placement, path == "/json/new" ? HttpMethods.Put : HttpMethods.Get, path + context.Request.QueryString);
        if (reply.Error != WorkerError.None)
        {
            await Problem.WriteAsync(context, StatusCodes.Status502BadGateway, $"The session's worker failed at {path}: {reply}.");
            return;
        }

        var hasAddresses = path is "/json" or "/json/list" or "/json/version" or "/json/new";
        var body = hasAddresses ? Discovery.Rewrite(reply.Body, prefix, context.KeyQuery(), at.Address) : reply.Body;
        context.Response.StatusCode = reply.Status == StatusCodes.Status500InternalServerError
            ? StatusCodes.Status502BadGateway
            : reply.Status;
        context.Response.ContentType = Discovery.IsText(path) ? Discovery.Text : reply.ContentType;
        context.Response.ContentLength = body.Length;
        if (body.Length > 0)
            await context.Response.Body.WriteAsync(body);
    }

    private async Task AttachAsync(HttpContext context, string? path)
    {
        if (await Attacher.RefusesAsync(context))
            return;
        using var activity = calls.Begin((string?)context.Request.RouteValues["id"], context.Caller(), out var session);
        await attacher.AttachAsync(context, session, activity, path);
    }
}
