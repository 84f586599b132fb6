using System.Text.Json;
using Steelyard.LiveView;
using Steelyard.Proxy;
using Steelyard.Sessions;
using Yarp.ReverseProxy.Forwarder;

namespace Steelyard.Api.Steel;

/// <summary>What can be done with a live session of the Steel dialect: its context, its files, its mouse and keyboard, its pages.</summary>
public sealed class SteelExtras(SessionService sessions, WorkerForwarder forwarder, LiveViewLinks links, Options options)
{
    private static readonly byte[] EmptyList = "[]"u8.ToArray();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/sessions/{id}/context", context => ForwardAsync(context, "/context")).WithSummary("Its cookies and storage");
        routes.MapPost("/v1/sessions/{id}/computer", context => ForwardAsync(context, "/computer")).WithSummary("Mouse, keyboard and screenshots");
        routes.MapMethods("/v1/sessions/{id}/files", [HttpMethods.Get, HttpMethods.Post, HttpMethods.Delete], context => ForwardAsync(context, "/files")).WithSummary("Its files: list, upload, delete all");
        routes.MapMethods("/v1/sessions/{id}/files/{**path}", [HttpMethods.Get, HttpMethods.Delete], ForwardFileAsync).WithSummary("One file");
        routes.MapGet("/v1/sessions/{id}/files.zip", context => ForwardAsync(context, "/files.zip")).WithSummary("All its files");
        routes.MapGet("/v1/sessions/{id}/live-details", LiveDetailsAsync).WithSummary("Its pages and where to see them");
        routes.MapGet("/v1/sessions/{id}/events", EventsAsync).WithSummary("Recorded events: none");
    }

    // Taken from the address as it came: a decoded path could not be told from one with slashes in its names.
    private Task ForwardFileAsync(HttpContext context)
    {
        var path = context.Request.Path.ToUriComponent();
        return ForwardAsync(context, path[path.IndexOf("/files/", StringComparison.OrdinalIgnoreCase)..]);
    }

    private async Task ForwardAsync(HttpContext context, string path)
    {
        if (await FindAsync(context) is not { } found)
            return;
        using var activity = found.Activity;
        if (!found.Placement.Worker.HasExtras)
            await Problem.WriteAsync(context, StatusCodes.Status501NotImplemented, $"These workers have no {path[1..].Split('/')[0]}. Run the node with --worker chromium.");
        else if (await forwarder.ForwardAsync(context, found.Placement, path) is var error && error == ForwarderError.RequestBodyClient && !context.RequestAborted.IsCancellationRequested)
            await Problem.WriteAsync(context, StatusCodes.Status400BadRequest, "The body cannot be read: its length or its chunks are broken.");
        else if (error != ForwarderError.None && !context.RequestAborted.IsCancellationRequested)
            await Problem.WriteAsync(context, StatusCodes.Status502BadGateway, $"The session's worker did not answer at {path}: {error}.");
    }

    private async Task LiveDetailsAsync(HttpContext context)
    {
        if (await FindAsync(context) is not { } found)
            return;
        using var activity = found.Activity;
        using var reply = await found.Placement.Worker.Client.DiscoverAsync("GET", "/json/list");
        if (!reply.IsSuccess || !found.Session.IsOn(found.Placement))
        {
            await Problem.WriteAsync(context, StatusCodes.Status501NotImplemented, "This session's worker does not list its pages: it has no browser. Run the node with --worker chromium.");
            return;
        }

        var self = PublicAddress.Of(context.Request, options);
        var viewer = self.HttpOrigin + links.PathOf(found.Session.Id);
        var socket = $"{self.WebSocketOrigin}/?sessionId={found.Session.Id}";
        await context.Response.WriteAsJsonAsync(new(Pages(reply.Body.Span, viewer), socket, socket, viewer, viewer), SteelJson.Default.SteelLiveDetails);
    }

    private static List<SteelPage> Pages(ReadOnlySpan<byte> json, string viewer)
    {
        var reader = new Utf8JsonReader(json);
        using var document = JsonDocument.ParseValue(ref reader);
        return [.. document.RootElement.EnumerateArray().Where(target => Text(target, "type") == "page").Select(target => new SteelPage(
            Text(target, "id") ?? "",
            Text(target, "url") ?? "",
            Text(target, "title") ?? "",
            Text(target, "faviconUrl"),
            $"{viewer}?tab={Text(target, "id")}",
            $"{viewer}?tab={Text(target, "id")}&showControls=false"))];
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // Nothing is recorded, and so there is nothing to play back.
    private async Task EventsAsync(HttpContext context)
    {
        if (await FindAsync(context) is not { } found)
            return;
        using (found.Activity)
        {
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(EmptyList);
        }
    }

    private async Task<(Session Session, SessionActivity Activity, Placement Placement)?> FindAsync(HttpContext context)
    {
        if (sessions.Find((string?)context.Request.RouteValues["id"], context.Caller(), out var activity, out var reason) is not { } session)
        {
            await Problem.SessionNotFoundAsync(context, reason);
            return null;
        }

        if (await session.TryPlaceAsync(options.WorkerTimeout) is { } placement)
            return (session, activity, placement);
        using (activity)
            await Problem.SessionGoneAsync(context, session);
        return null;
    }
}
