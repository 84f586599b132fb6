using System.Text.Json;
using Steelyard.Sessions;

namespace Steelyard.Http;

/// <summary>Tells a client why a worker refused its request.</summary>
internal static class WorkerRefusals
{
    public static Task WriteAsync(HttpContext context, WorkerRefusedException refusal)
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
            field: refusal.AtSetup ? refusal.FieldName(Text(refusal.Body.Span, "field")) : null);
    }

    /// <summary>Returns the <c>message</c> of a worker's error; null when there is none.</summary>
    public static string? Message(ReadOnlySpan<byte> body) => Text(body, "message");

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
