using Steelyard.Requests;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Steelyard.Http;

namespace Steelyard.Dialects.Connect;

/// <summary>
/// Turns the query of a connect into the body of a create. It takes browserless's names: <c>timeout</c>, <c>blockAds</c>, <c>trackingId</c>, and <c>launch</c>, a JSON of which
/// only what has an option of ours counts: no client chooses switches of the browser.
/// </summary>
internal static class ConnectQuery
{
    private const int LongestLaunch = 8192;

    /// <summary>JSON for <see cref="CreateParser"/>. Throws <see cref="FieldException"/>.</summary>
    public static ReadOnlyMemory<byte> Read(IQueryCollection query)
    {
        var body = new JsonObject();
        if (query["timeout"] is [{ Length: > 0 } timeout])
            body["timeout"] = long.TryParse(timeout, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) ? ms : throw FieldException.Bad("timeout", "a number of milliseconds");
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
        foreach (var argument in ArgumentsIn(launch) ?? throw FieldException.Bad("launch", $"a JSON object of up to {LongestLaunch} characters, with whole characters and no name twice"))
        {
            var parts = argument.Split('=', 2);
            if (parts.Length == 2)
                Apply(parts[0], parts[1], body);
        }
    }

    // Null when it cannot be read. A name that comes twice, and half of a surrogate pair, are found only when they are looked at.
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
            case "--window-size" when value.Split(',') is [var width, var height] && int.TryParse(width, CultureInfo.InvariantCulture, out var w) && int.TryParse(height, CultureInfo.InvariantCulture, out var h):
                body["dimensions"] = new JsonObject { ["width"] = w, ["height"] = h };
                break;
        }
    }
}
