using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Dashboard.Export;

/// <summary>
/// The network of a recording as HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec). Headers and bodies are not recorded.
/// </summary>
internal static class HarFile
{
    /// <param name="events">A recording, in order.</param>
    public static JsonObject Of(IEnumerable<JsonElement> events)
    {
        Dictionary<(string, string), Entry> open = [];
        List<Entry> entries = [];
        foreach (var e in events)
        {
            var key = (Text(e, "page"), Text(e, "request"));
            if (Text(e, "type") is "request")
                entries.Add(open[key] = new(e));
            else if (open.TryGetValue(key, out var entry))
                entry.Add(e);
        }

        return new()
        {
            ["log"] = new JsonObject
            {
                ["version"] = "1.2",
                ["creator"] = new JsonObject
                {
                    ["name"] = "steelyard",
                    ["version"] = typeof(HarFile).Assembly.GetName().Version?.ToString(3),
                },
                ["entries"] = new JsonArray([.. entries.Select(entry => entry.Write())]),
            },
        };
    }

    private static string Text(JsonElement e, string name) =>
        e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static long Number(JsonElement e, string name) =>
        e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : 0;

    private static DateTimeOffset Time(JsonElement e) =>
        DateTimeOffset.TryParse(Text(e, "at"), CultureInfo.InvariantCulture, out var at) ? at : default;

    private sealed class Entry(JsonElement request)
    {
        private JsonElement? response;
        private JsonElement? end;

        public void Add(JsonElement e)
        {
            if (Text(e, "type") == "response")
                response ??= e;
            else
                end = e;
        }

        public JsonObject Write()
        {
            var started = Time(request);
            var answered = response is { } told ? Time(told) : started;
            var ended = end is { } last ? Time(last) : answered;
            var size = end is { } done ? Number(done, "bytes") : 0;
            return new()
            {
                ["startedDateTime"] = Text(request, "at"),
                ["time"] = (ended - started).TotalMilliseconds,
                ["request"] = new JsonObject
                {
                    ["method"] = Text(request, "method"),
                    ["url"] = Text(request, "url"),
                    ["httpVersion"] = "",
                    ["cookies"] = new JsonArray(),
                    ["headers"] = new JsonArray(),
                    ["queryString"] = new JsonArray(),
                    ["headersSize"] = -1,
                    ["bodySize"] = -1,
                },
                ["response"] = new JsonObject
                {
                    ["status"] = response is { } status ? Number(status, "status") : 0,
                    ["statusText"] = end is { } failure ? Text(failure, "error") : "",
                    ["httpVersion"] = "",
                    ["cookies"] = new JsonArray(),
                    ["headers"] = new JsonArray(),
                    ["content"] = new JsonObject { ["size"] = size, ["mimeType"] = response is { } type ? Text(type, "mime") : "" },
                    ["redirectURL"] = "",
                    ["headersSize"] = -1,
                    ["bodySize"] = size,
                },
                ["cache"] = new JsonObject(),
                ["timings"] = new JsonObject
                {
                    ["send"] = 0,
                    ["wait"] = (answered - started).TotalMilliseconds,
                    ["receive"] = (ended - answered).TotalMilliseconds,
                },
            };
        }
    }
}
