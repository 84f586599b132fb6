using System.Text.Json;
using Steelyard.Http;
using Steelyard.Sessions;

namespace Steelyard.Requests;

/// <summary>Tells a client why a worker refused its request.</summary>
internal static class WorkerRefusals
{
    // Prefixes of the worker's field names, and the client's names. The first match counts.
    private static readonly (string Worker, string Client)[] Fields =
    [
        ("dimensions", "dimensions"),
        ("userAgent", "userAgent"),
        ("timezone", "timezone"),
        ("locale", "locale"),
        ("mobile", "deviceConfig.device"),
        ("proxy", "proxyUrl"),
        ("block.ads", "blockAds"),
        ("block.hosts", "optimizeBandwidth.blockHosts"),
        ("block.urlPatterns", "optimizeBandwidth.blockUrlPatterns"),
        ("block", "optimizeBandwidth"),
        ("context.cookies", "sessionContext.cookies"),
        ("context.localStorage", "sessionContext.localStorage"),
        ("context.sessionStorage", "sessionContext.sessionStorage"),
        ("context", "sessionContext"),
    ];

    public static Task WriteAsync(HttpContext context, WorkerRefusal refusal)
    {
        if (refusal.AtSetup && refusal.Status is 404 or 405)
        {
            return Problem.WriteAsync(
                context,
                StatusCodes.Status501NotImplemented,
                "These workers do not support session options. Leave the options out, or run the node with --worker chromium.");
        }

        return Problem.WriteAsync(
            context,
            StatusCodes.Status400BadRequest,
            Message(refusal.Body.Span) ?? $"The worker refused the request with status {refusal.Status}.",
            field: refusal.AtSetup ? FieldOf(Text(refusal.Body.Span, "field")) : null);
    }

    /// <summary>Returns the <c>message</c> of a worker's error; null when there is none.</summary>
    public static string? Message(ReadOnlySpan<byte> body) => Text(body, "message");

    // Translates a worker's field name to the client's; null when the client has no name for it.
    private static string? FieldOf(string? workers) =>
        Fields.FirstOrDefault(field => workers?.StartsWith(field.Worker, StringComparison.Ordinal) == true).Client;

    private static string? Text(ReadOnlySpan<byte> body, string name)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty(name, out var text)
                && text.ValueKind == JsonValueKind.String
                ? text.GetString()
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
