using System.Text.Json;

namespace Steelyard.Cdp;

/// <summary>
/// A page, worker or frame, as described by DevTools discovery. Missing strings are empty, except <c>FaviconUrl</c>, which is null.
/// </summary>
/// <param name="Json">The complete description, unchanged.</param>
public sealed record DevToolsTarget(string Type, string Id, string Url, string Title, string? FaviconUrl, string Json)
{
    /// <summary>Reads a list of targets or a single target; null when the JSON is neither.</summary>
    public static IReadOnlyList<DevToolsTarget>? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Array => [.. document.RootElement.EnumerateArray().Select(Of)],
                JsonValueKind.Object => [Of(document.RootElement)],
                _ => null,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // Not JSON, not objects, or half of a surrogate pair.
        }
    }

    private static DevToolsTarget Of(JsonElement target) =>
        new(
            Text(target, "type") ?? "",
            Text(target, "id") ?? "",
            Text(target, "url") ?? "",
            Text(target, "title") ?? "",
            Text(target, "faviconUrl"),
            target.GetRawText());

    private static string? Text(JsonElement target, string name) =>
        target.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
