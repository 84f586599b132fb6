using System.Text.Json;
using Steelyard.Sessions;
using Steelyard.WorkerHttp;

namespace Steelyard.Cdp;

/// <summary>The DevTools address of a session's browser, as its worker gives it in <c>GET /json/version</c>.</summary>
/// <param name="Port">TCP port on the IPv4 loopback address.</param>
/// <param name="BrowserPath">Path of the browser target's WebSocket.</param>
public sealed record CdpAddress(int Port, string BrowserPath)
{
    /// <summary>
    /// Asks the worker. The address is null when the worker gives none that belongs to its own processes. Then the status or the error
    /// says why.
    /// </summary>
    public static async Task<(CdpAddress? Address, int Status, WorkerError Error)> FindAsync(Placement placement)
    {
        var client = placement.Worker.Client;
        if (client.Protocol.BrowserPath is { } path)
            return (new(client.Port, path), 0, WorkerError.None);
        using var reply = await client.DiscoverAsync("GET", "/json/version");
        if (!reply.IsSuccess || Parse(reply.Body.Span) is not { } told)
            return (null, reply.Status, reply.Error);
        return await placement.Worker.HasPortAsync(told.Port)
            ? (told, reply.Status, WorkerError.None)
            : (null, reply.Status, WorkerError.Malformed);
    }

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
