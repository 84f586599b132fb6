using System.Text.Json;

namespace Steelyard.Requests;

/// <summary>
/// Checks the fields of a cookie that a worker takes (docs/worker-api.md): those of CDP. A null field counts as absent, and other fields
/// are ignored.
/// </summary>
internal static class CookieRules
{
    private const int LongestText = 4096;
    private const double LatestExpiry = 253402300799; // The end of the year 9999.

    public static bool Allow(JsonElement cookie) => cookie.ValueKind == JsonValueKind.Object
        && cookie.EnumerateObject().All(member => member.Value.ValueKind == JsonValueKind.Null || IsGood(member.Name, member.Value))
        && Has(cookie, "name") && Has(cookie, "value") && (Has(cookie, "domain") || Has(cookie, "url"));

    private static bool Has(JsonElement cookie, string name) =>
        cookie.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String;

    private static bool IsGood(string name, JsonElement value) => name switch
    {
        "name" or "value" => IsText(value, 0),
        "domain" or "path" or "url" => IsText(value, 1),
        "secure" or "httpOnly" => IsFlag(value),
        "expires" => value.ValueKind == JsonValueKind.Number && value.GetDouble() is >= -1 and <= LatestExpiry,
        "sameSite" => IsText(value, 1) && value.GetString() is "Strict" or "Lax" or "None",
        "priority" => IsText(value, 1) && value.GetString() is "Low" or "Medium" or "High",
        "sourceScheme" => IsText(value, 1) && value.GetString() is "Unset" or "NonSecure" or "Secure",
        "sourcePort" => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var port) && port is >= -1 and <= ushort.MaxValue,
        "partitionKey" => value.ValueKind == JsonValueKind.Object
            && value.EnumerateObject().All(part => part.Value.ValueKind == JsonValueKind.Null || IsPartition(part.Name, part.Value)),
        _ => true,
    };

    private static bool IsPartition(string name, JsonElement value) => name switch
    {
        "topLevelSite" => IsText(value, 0),
        "hasCrossSiteAncestor" => IsFlag(value),
        _ => false,
    };

    private static bool IsFlag(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False;

    private static bool IsText(JsonElement value, int least) =>
        value.ValueKind == JsonValueKind.String
        && value.GetString()!.Length is var length
        && length >= least
        && length <= LongestText;
}
