using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Steelyard.Cdp;
using Steelyard.Http;
using Steelyard.LiveView;
using Steelyard.Pool;
using Steelyard.Processes;
using Steelyard.Recordings;
using Steelyard.Sessions;
using Steelyard.Settings;
using Yarp.ReverseProxy.Forwarder;

namespace Steelyard.Dialects.Steel;

/// <summary>
/// Calls of the Steel dialect on a live session: its context, its files, its mouse and keyboard, its pages.
/// </summary>
public sealed class SteelExtras(
    SessionCalls calls, WorkerForwarder forwarder, LiveViewLinks links, SessionRecordings recordings, Options options) : IDialect
{
    private const int EventsAtOnce = 1000;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/sessions/{id}/context", context => ForwardAsync(context, "/context"))
            .Reads();
        routes.MapPost("/v1/sessions/{id}/computer", ActAsync);
        routes.MapMethods(
            "/v1/sessions/{id}/files",
            [HttpMethods.Get, HttpMethods.Post, HttpMethods.Delete],
            context => ForwardAsync(context, "/files"))
            .Reads();
        routes.MapMethods("/v1/sessions/{id}/files/{**path}", [HttpMethods.Get, HttpMethods.Delete], ForwardFileAsync)
            .Reads();
        routes.MapGet("/v1/sessions/{id}/files.zip", context => ForwardAsync(context, "/files.zip"))
            .Reads();
        routes.MapGet("/v1/sessions/{id}/live-details", LiveDetailsAsync)
            .Reads();
        routes.MapGet("/v1/sessions/{id}/events", EventsAsync).Reads();
    }

    // A worker refuses a large body while it still arrives, so that its answer may be lost.
    private Task ActAsync(HttpContext context) => context.Request.ContentLength > options.MaxBodyBytes
        ? throw RequestBodies.TooLarge(options.MaxBodyBytes)
        : ForwardAsync(context, "/computer");

    // Takes the path from the raw request target: in a decoded path, a slash or percent sign in a name looks like any other. A path with
    // .., or one that differs from the path that was routed, must not reach the worker's other calls.
    private Task ForwardFileAsync(HttpContext context)
    {
        var parts = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0].Split('/', 6);
        if (parts is not [_, _, _, _, var files, var file]
            || !files.Equals("files", StringComparison.OrdinalIgnoreCase)
            || file.Split('/', '\\').Any(part => Uri.UnescapeDataString(part) is "." or ".."))
            return Problem.WriteAsync(
                context,
                StatusCodes.Status404NotFound,
                "There is no such file. A file's address is /v1/sessions/ID/files/ and its path, without . and ..",
                "not_found");
        return ForwardAsync(
            context, "/files/" + file.Replace("\\", "%5C", StringComparison.Ordinal).Replace("#", "%23", StringComparison.Ordinal));
    }

    private async Task ForwardAsync(HttpContext context, string path)
    {
        using var activity = Begin(context, out var session);
        var placement = await calls.PlaceWithExtrasAsync(session, path[1..].Split('/')[0]);
        if (!WorkerForwarder.CanForward(context.Request))
            await Problem.WriteAsync(
                context, StatusCodes.Status400BadRequest, "Content-Type and Accept may contain only visible ASCII characters and spaces.");
        else if (await forwarder.ForwardAsync(context, placement, path) is var error
            && error == ForwarderError.RequestBodyClient
            && !context.RequestAborted.IsCancellationRequested)
            await Problem.WriteAsync(
                context, StatusCodes.Status400BadRequest, "The body cannot be read: its length or its chunks are invalid.");
        else if (Shortage.IsIn(context.GetForwarderErrorFeature()?.Exception))
            throw PoolUnavailableException.NoConnection();
        else if (error != ForwarderError.None && !context.RequestAborted.IsCancellationRequested)
            await Problem.WriteAsync(
                context, StatusCodes.Status502BadGateway, $"The session's worker did not answer at {path}: {error}.");
    }

    private async Task LiveDetailsAsync(HttpContext context)
    {
        using var activity = Begin(context, out var session);
        using var reply = await SessionCalls.DiscoverAsync(session, await calls.PlaceAsync(session), "GET", "/json/list");
        if (!reply.IsSuccess || DevToolsTarget.Parse(reply.Body.Span) is not { } targets)
        {
            await Problem.WriteAsync(
                context,
                StatusCodes.Status501NotImplemented,
                "This session's worker does not list its pages: it has no browser. Run the node with --worker chromium.");
            return;
        }

        var self = PublicAddress.Of(context.Request, options);
        var viewer = self.HttpOrigin + links.PathOf(session.Id);
        var socket = $"{self.WebSocketOrigin}/?sessionId={session.Id}";
        await context.Response.WriteAsJsonAsync(
            new(Pages(targets, viewer), socket, socket, viewer, viewer), SteelJson.Default.SteelLiveDetails);
    }

    private static List<SteelPage> Pages(IEnumerable<DevToolsTarget> targets, string viewer) =>
        [.. targets.Where(target => target.Type == "page").Select(page => new SteelPage(
            page.Id, page.Url, page.Title, page.FaviconUrl, $"{viewer}?tab={page.Id}", $"{viewer}?tab={page.Id}&showControls=false"))];

    // The SDK reads the whole list at once. Its own service records other things, so it leaves their form open.
    private async Task EventsAsync(HttpContext context)
    {
        await Task.Yield(); // Files are read next, and this may be a thread that serves sockets.
        if (await recordings.FindAsync((string?)context.Request.RouteValues["id"], context.Caller()) is not { } session)
        {
            await Problem.SessionNotFoundAsync(context, null);
            return;
        }

        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartArray();
        var reader = new RecordingReader(null);
        while (reader.Read(recordings.PartsOf(session.Id), EventsAtOnce) is { Count: > 0 } events)
        {
            foreach (var e in events)
                e.WriteTo(json);
        }

        json.WriteEndArray();
    }

    private SessionActivity Begin(HttpContext context, out Session session) =>
        calls.Begin((string?)context.Request.RouteValues["id"], context.Caller(), out session);
}
