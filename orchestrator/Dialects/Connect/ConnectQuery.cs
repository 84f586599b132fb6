using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Steelyard.Http;
using Steelyard.Requests;

namespace Steelyard.Dialects.Connect;

/// <summary>
/// Turns the query of a connect into the body of a create. It takes browserless's names: <c>timeout</c>, <c>blockAds</c>,
/// <c>trackingId</c>, and <c>launch</c>, a JSON object. Of the browser switches in <c>launch</c>, only those that match one of our options
/// have an effect: clients cannot choose the browser's switches.
/// </summary>
internal static class ConnectQuery
{
    private const int LongestLaunch = 8192;

    /// <summary>Returns JSON for <see cref="CreateParser"/>. Throws <see cref="FieldException"/>.</summary>
    public static ReadOnlyMemory<byte> Read(IQueryCollection query)
    {
        var body = new JsonObject();
        if (query["timeout"] is [{ Length: > 0 } timeout])
            body["timeout"] = long.TryParse(timeout, NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
                ? ms
                : throw FieldException.Bad("timeout", "a number of milliseconds");
        if (query["blockAds"] is [{ } block])
            body["blockAds"] = block is "" or "true";
        if (query["trackingId"] is [{ Length: > 0 } tracking])
            body["metadata"] = new JsonObject { ["trackingId"] = tracking };
        if (query["launch"] is [{ Length: > 0 } launch])
            ReadLaunch(launch, body);
        return JsonSerializer.SerializeToUtf8Bytes(body);
    }

    private static void ReadLaunch(string launch, JsonObject body)
    {
        foreach (var argument in ArgumentsIn(launch) ?? throw FieldException.Bad(
            "launch", $"a JSON object of at most {LongestLaunch} characters, in valid Unicode and without duplicate names"))
        {
            var parts = argument.Split('=', 2);
            if (parts.Length == 2)
                Apply(parts[0], parts[1], body);
        }
    }

    // Returns null when the text cannot be read. The parser finds duplicate names and half surrogate pairs only when they are accessed.
    private static List<string>? ArgumentsIn(string launch)
    {
        try
        {
            return launch.Length <= LongestLaunch && JsonNode.Parse(launch) is JsonObject options
                ? [.. (options["args"] as JsonArray ?? []).OfType<JsonValue>().Select(value => value.ToString())]
                : null;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void Apply(string name, string value, JsonObject body)
    {
        switch (name)
        {
            case "--user-agent":
                body["userAgent"] = value;
                break;
            case "--lang":
                body["locale"] = value;
                break;
            case "--proxy-server":
                body["proxyUrl"] = value.Contains("://", StringComparison.Ordinal) ? value : "http://" + value;
                break;
            case "--window-size" when value.Split(',') is [var width, var height]
                && int.TryParse(width, CultureInfo.InvariantCulture, out var w)
                && int.TryParse(height, CultureInfo.InvariantCulture, out var h):
                body["dimensions"] = new JsonObject { ["width"] = w, ["height"] = h };
                break;
        }
    }
}
