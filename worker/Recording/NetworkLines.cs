using System.Text.Json;

namespace SteelBrowser.Recording;

/// <summary>
/// Turns events of the CDP domain Network into lines. No header and no body is kept, and of an address no user and no fragment; the query
/// only if asked.
/// </summary>
internal sealed class NetworkLines(EventLog log, bool keepQueries)
{
    private const int LongestUrl = 2000;

    /// <summary>Returns false for an event that is not about the network.</summary>
    public bool TryAdd(string page, string method, JsonElement e)
    {
        switch (method)
        {
            case "Network.requestWillBeSent":
                Begin(page, e);
                return true;
            case "Network.responseReceived":
                Respond(page, e);
                return true;
            case "Network.loadingFinished":
                log.Add("finished", json =>
                {
                    Name(json, page, e);
                    json.WriteNumber("bytes"u8, (long)Number(e, "encodedDataLength"));
                });
                return true;
            case "Network.loadingFailed":
                log.Add("failed", json =>
                {
                    Name(json, page, e);
                    json.WriteString("error"u8, Text(e, "errorText"));
                    if (Text(e, "blockedReason") is { Length: > 0 } why)
                        json.WriteString("blocked"u8, why);
                    if (e.TryGetProperty("canceled", out var canceled) && canceled.ValueKind == JsonValueKind.True)
                        json.WriteBoolean("canceled"u8, true);
                });
                return true;
            default:
                return method.StartsWith("Network.", StringComparison.Ordinal);
        }
    }

    /// <summary>The address as it may be kept.</summary>
    internal static string Shorten(string url, bool keepQuery)
    {
        if (url.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
            return "data:…";
        var end = url.IndexOf('#', StringComparison.Ordinal);
        var text = end < 0 ? url : url[..end];
        var query = text.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0 && !keepQuery)
            text = text[..(query + 1)] + "…";
        var authority = text.IndexOf("://", StringComparison.Ordinal);
        if (authority >= 0)
        {
            var path = text.IndexOf('/', authority + 3);
            var user = text.LastIndexOf('@', path < 0 ? text.Length - 1 : path);
            if (user > authority)
                text = text[..(authority + 3)] + text[(user + 1)..];
        }

        return text.Length <= LongestUrl ? text : text[..LongestUrl] + "…";
    }

    private void Begin(string page, JsonElement e)
    {
        // A redirect ends the request before it, under the same id.
        if (e.TryGetProperty("redirectResponse", out var redirect))
            log.Add("response", json =>
            {
                Name(json, page, e);
                json.WriteNumber("status"u8, (int)Number(redirect, "status"));
                json.WriteBoolean("redirect"u8, true);
            });
        log.Add("request", json =>
        {
            Name(json, page, e);
            var request = e.GetProperty("request");
            json.WriteString("method"u8, Text(request, "method"));
            json.WriteString("url"u8, Shorten(Text(request, "url"), keepQueries));
            json.WriteString("kind"u8, Text(e, "type"));
            if (Text(e, "frameId") is { Length: > 0 } frame && frame != page)
                json.WriteString("frame"u8, frame);
            if (Text(e, "loaderId") == Text(e, "requestId"))
                json.WriteBoolean("navigation"u8, true);
        });
    }

    private void Respond(string page, JsonElement e) => log.Add("response", json =>
    {
        Name(json, page, e);
        var response = e.GetProperty("response");
        json.WriteNumber("status"u8, (int)Number(response, "status"));
        json.WriteString("mime"u8, Text(response, "mimeType"));
        if (response.TryGetProperty("fromDiskCache", out var cached) && cached.ValueKind == JsonValueKind.True)
            json.WriteBoolean("cached"u8, true);
        if (response.TryGetProperty("fromServiceWorker", out var worker) && worker.ValueKind == JsonValueKind.True)
            json.WriteBoolean("service_worker"u8, true);
        if (Text(response, "remoteIPAddress") is { Length: > 0 } address)
            json.WriteString("ip"u8, address);
    });

    private static void Name(Utf8JsonWriter json, string page, JsonElement e)
    {
        json.WriteString("page"u8, page);
        json.WriteString("request"u8, Text(e, "requestId"));
    }

    private static string Text(JsonElement e, string name) =>
        e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static double Number(JsonElement e, string name) =>
        e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;
}
