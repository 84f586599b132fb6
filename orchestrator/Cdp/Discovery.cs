using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Cdp;

/// <summary>Rewrites the addresses in DevTools discovery replies, so that they lead through us.</summary>
public static class Discovery
{
    private const string SocketUrl = "webSocketDebuggerUrl";
    private const string FrontendUrl = "devtoolsFrontendUrl";

    // A page may fill its address with what would become six bytes for each. This is never put into a page.
    private static readonly JsonSerializerOptions AsItIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Returns the body with its addresses rewritten; one that is no sound JSON, such as the texts of activate and close, as it is.
    /// </summary>
    /// <param name="body">The browser's reply.</param>
    /// <param name="prefix">What replaces scheme and authority, such as <c>ws://host/sessions/ID</c>.</param>
    /// <param name="query">What is appended, such as <c>?apiKey=K</c>; a client that shows its key in the address does so again where it
    /// is led.</param>
    /// <param name="address">The browser's own address.</param>
    public static ReadOnlyMemory<byte> Rewrite(ReadOnlyMemory<byte> body, string prefix, string query, CdpAddress address)
    {
        try
        {
            var root = JsonNode.Parse(body.Span);
            IEnumerable<JsonNode?> targets = root is JsonArray list ? list : [root];
            foreach (var target in targets.OfType<JsonObject>())
                RewriteTarget(target, prefix, query, address);
            return JsonSerializer.SerializeToUtf8Bytes(root, AsItIs);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return body; // No JSON, half of a surrogate pair, or a name that comes twice.
        }
    }

    /// <summary>Names another WebSocket in a reply to <c>/json/version</c>. False when that is no sound JSON object.</summary>
    /// <param name="version">The browser's reply.</param>
    /// <param name="socket">The WebSocket.</param>
    /// <param name="led">The reply as JSON.</param>
    public static bool TryLead(ReadOnlySpan<byte> version, string socket, out string led)
    {
        led = "";
        try
        {
            if (JsonNode.Parse(version) is not JsonObject told)
                return false;
            told[SocketUrl] = socket;
            led = told.ToJsonString();
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return false; // As above.
        }
    }

    private static void RewriteTarget(JsonObject target, string prefix, string query, CdpAddress address)
    {
        if (target[SocketUrl] is JsonValue value && Uri.TryCreate(value.ToString(), UriKind.Absolute, out var url))
            target[SocketUrl] = prefix + (url.AbsolutePath == address.BrowserPath ? "/cdp" : url.AbsolutePath) + query;

        // Its ws= parameter has no scheme: host, port and path only.
        if (target[FrontendUrl] is JsonValue frontend)
        {
            var authority = prefix[(prefix.IndexOf("://", StringComparison.Ordinal) + 3)..];
            target[FrontendUrl] = frontend.ToString()
                .Replace($"127.0.0.1:{address.Port}", authority, StringComparison.Ordinal)
                .Replace($"localhost:{address.Port}", authority, StringComparison.Ordinal);
        }
    }
}
