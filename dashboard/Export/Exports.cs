using System.Text.Json;
using Steelyard.Client;

namespace Steelyard.Dashboard.Export;

/// <summary>What a page of the dashboard fetches without Blazor: exports of a recording, and its pictures.</summary>
internal static class Exports
{
    private const int MaxEvents = 100_000;

    public static void MapExports(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sessions/{id:guid}/export.json", ExportJsonAsync);
        routes.MapGet("/sessions/{id:guid}/export.har", ExportHarAsync);
        routes.MapGet("/sessions/{id:guid}/frames/{part}/{file}", FrameAsync);
    }

    private static async Task ExportJsonAsync(HttpContext context, Guid id, NodeApi api) =>
        await AnswerAsync(context, $"{id}.json", await ReadAsync(api, id, context.RequestAborted));

    private static async Task ExportHarAsync(HttpContext context, Guid id, NodeApi api) =>
        await AnswerAsync(context, $"{id}.har", HarFile.Of(await ReadAsync(api, id, context.RequestAborted)));

    private static async Task FrameAsync(HttpContext context, Guid id, string part, string file, NodeApi api)
    {
        using var frame = await api.FrameAsync(id.ToString(), part, file);
        context.Response.StatusCode = (int)frame.StatusCode;
        if (!frame.IsSuccessStatusCode)
            return;
        context.Response.ContentType = "image/jpeg";
        context.Response.Headers.CacheControl = "private, max-age=3600";
        await frame.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static Task AnswerAsync<T>(HttpContext context, string name, T content)
    {
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        return context.Response.WriteAsJsonAsync(content, context.RequestAborted);
    }

    private static async Task<List<JsonElement>> ReadAsync(NodeApi api, Guid id, CancellationToken cancellationToken)
    {
        List<JsonElement> events = [];
        for (string? place = null; events.Count < MaxEvents;)
        {
            var page = await api.RecordingAsync(id.ToString(), place, cancellationToken);
            if (page.Events.Count == 0)
                break;
            events.AddRange(page.Events);
            place = page.Next;
        }

        return events;
    }
}
