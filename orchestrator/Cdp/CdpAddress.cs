using System.Text.Json;

namespace Steelyard.Cdp;

/// <summary>The DevTools address of a session's browser, as its worker gives it in <c>GET /json/version</c>.</summary>
/// <param name="Port">TCP port on the IPv4 loopback address.</param>
/// <param name="BrowserPath">Path of the browser target's WebSocket.</param>
public sealed record CdpAddress(int Port, string BrowserPath)
{
    /// <summary>
    /// Reads <c>webSocketDebuggerUrl</c>. Only a loopback address is accepted, and the caller accepts only a port of the worker's own
    /// processes: a malicious worker must not make the node connect elsewhere.
    /// </summary>
    internal static CdpAddress? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("webSocketDebuggerUrl", out var value)
                && value.ValueKind == JsonValueKind.String
                && Uri.TryCreate(value.GetString(), UriKind.Absolute, out var url)
                && url is { Scheme: "ws", IsLoopback: true }
                ? new(url.Port, url.PathAndQuery)
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
