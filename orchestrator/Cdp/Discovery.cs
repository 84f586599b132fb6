using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Cdp;

/// <summary>Rewrites the addresses in DevTools discovery replies, so that they lead through this node.</summary>
public static class Discovery
{
    /// <summary>
    /// The methods of discovery, except for opening a page. Chromium ignores the method, and chrome-remote-interface keeps the PUT of its
    /// last call when a script passes the same options again.
    /// </summary>
    internal static readonly string[] Verbs = [HttpMethods.Get, HttpMethods.Put];

    /// <summary>The content type of what Chromium answers to activate and close: it says JSON, but it is a sentence.</summary>
    internal const string Text = "text/plain; charset=utf-8";

    private const string SocketUrl = "webSocketDebuggerUrl";
    private const string FrontendUrl = "devtoolsFrontendUrl";

    // A page could fill its address with characters that strict escaping turns into six bytes each. The relaxed encoder is safe here
    // because the JSON is never embedded in HTML.
    private static readonly JsonSerializerOptions AsItIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether the answer at this path is <see cref="Text"/>.</summary>
    internal static bool IsText(string path) =>
        path.StartsWith("/json/activate/", StringComparison.Ordinal) || path.StartsWith("/json/close/", StringComparison.Ordinal);

    /// <summary>
    /// Returns the body with its addresses rewritten. A body that is not valid JSON, such as the text of activate and close, is returned
    /// unchanged.
    /// </summary>
    /// <param name="body">The browser's reply.</param>
    /// <param name="prefix">What replaces scheme and authority, such as <c>ws://host/sessions/ID</c>.</param>
    /// <param name="query">Appended to each address, such as <c>?apiKey=K</c>: a client that sends its key in the query needs it in the
    /// next address as well.</param>
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
            return body; // Not JSON, half of a surrogate pair, or a duplicate name.
        }
    }

    /// <summary>Replaces the WebSocket address in a reply to <c>/json/version</c>. False when the reply is not a JSON object.</summary>
    /// <param name="version">The browser's reply.</param>
    /// <param name="socket">The new WebSocket address.</param>
    /// <param name="led">The changed reply as JSON; empty on false.</param>
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
            return false; // Not JSON, half of a surrogate pair, or a duplicate name.
        }
    }

    private static void RewriteTarget(JsonObject target, string prefix, string query, CdpAddress address)
    {
        if (target[SocketUrl] is JsonValue value && Uri.TryCreate(value.ToString(), UriKind.Absolute, out var url))
            target[SocketUrl] = prefix + (url.AbsolutePath == address.BrowserPath ? "/cdp" : url.AbsolutePath) + query;

        // The scheme is the name of its parameter, ws= or wss=; the value is host, port and path.
        if (target[FrontendUrl] is JsonValue frontend)
        {
            var parameter = prefix.Replace("://", "=", StringComparison.Ordinal);
            target[FrontendUrl] = frontend.ToString()
                .Replace($"ws=127.0.0.1:{address.Port}", parameter, StringComparison.Ordinal)
                .Replace($"ws=localhost:{address.Port}", parameter, StringComparison.Ordinal);
        }
    }
}
