using System.Buffers;
using System.Text;
using System.Text.Json;
using SteelBrowser.DevTools;

namespace SteelBrowser.Setup;

/// <summary>
/// Makes requests fail before they are sent. It applies to the browser as a whole, not page by page. So it covers the first request of
/// every page, frame and popup, no matter who opens them. Only requests that match a pattern wait for the worker.
/// </summary>
internal sealed class RequestBlocker(DevToolsPipe pipe, BlockMatcher rules)
{
    /// <summary>
    /// Returns when the rules apply to pages that navigate from then on. They apply as long as the browser lives.
    /// </summary>
    public Task StartAsync(CancellationToken deadline)
    {
        pipe.Received += OnReceived;
        return pipe.CallAsync("Fetch.enable", Patterns(), null, deadline);
    }

    private string Patterns()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("patterns"u8);
            foreach (var type in rules.ResourceTypes)
                WritePattern(json, "resourceType", type);
            foreach (var pattern in rules.Patterns)
                WritePattern(json, "urlPattern", pattern);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WritePattern(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartObject();
        json.WriteString(name, value);
        json.WriteEndObject();
    }

    private void OnReceived(DevToolsEvent received)
    {
        if (received is not { Method: "Fetch.requestPaused", Session: null })
            return;
        var paused = received.Parameters;
        var url = paused.GetProperty("request").GetProperty("url").GetString() ?? "";
        var id = JsonEncodedText.Encode(paused.GetProperty("requestId").GetString() ?? "");
        if (rules.Blocks(url, paused.GetProperty("resourceType").GetString() ?? ""))
            pipe.Post("Fetch.failRequest", $$"""{"requestId":"{{id}}","errorReason":"BlockedByClient"}""", null);
        else
            pipe.Post("Fetch.continueRequest", $$"""{"requestId":"{{id}}"}""", null);
    }
}
