using System.Text.Json;
using Steelyard.Sessions;

namespace Steelyard.Api.Steel;

/// <summary>Tells a client why a worker did not take what it asked for.</summary>
internal static class WorkerRefusals
{
    public static Task WriteAsync(HttpContext context, WorkerRefusal refusal)
    {
        if (refusal.AtSetup && refusal.Status is 404 or 405)
            return Problem.WriteAsync(context, StatusCodes.Status501NotImplemented, "These workers cannot set up a session's options. Leave the options out, or run the node with --worker chromium.");
        return Problem.WriteAsync(context, StatusCodes.Status400BadRequest, Message(refusal.Body.Span) ?? $"The worker refused the request with status {refusal.Status}.");
    }

    /// <summary>The <c>message</c> of a worker's error; null when there is none.</summary>
    public static string? Message(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String
                ? message.GetString()
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
