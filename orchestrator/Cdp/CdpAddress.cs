using System.Text.Json;
using Steelyard.Sessions;
using Steelyard.WorkerHttp;

namespace Steelyard.Cdp;

/// <summary>Where the DevTools of a session's browser listen, as its worker tells it in <c>GET /json/version</c>.</summary>
/// <param name="Port">TCP port on the IPv4 loopback address.</param>
/// <param name="BrowserPath">Path of the browser target's WebSocket.</param>
public sealed record CdpAddress(int Port, string BrowserPath)
{
    /// <summary>
    /// Asks the worker. The address is null when it does not tell one of its own: the status, or else the error, says why.
    /// </summary>
    public static async Task<(CdpAddress? Address, int Status, WorkerError Error)> FindAsync(Placement placement)
    {
        var client = placement.Worker.Client;
        if (client.Protocol.BrowserPath is { } path)
            return (new(client.Port, path), 0, WorkerError.None);
        using var reply = await client.DiscoverAsync("GET", "/json/version");
        if (!reply.IsSuccess || Parse(reply.Body.Span) is not { } told)
            return (null, reply.Status, reply.Error);
        return await placement.Worker.HasPortAsync(told.Port) ? (told, reply.Status, WorkerError.None) : (null, reply.Status, WorkerError.Malformed);
    }

    /// <summary>
    /// Reads <c>webSocketDebuggerUrl</c>. Only a loopback address is believed, and only a port of the worker's own processes: a lying
    /// worker must not make us connect elsewhere.
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
