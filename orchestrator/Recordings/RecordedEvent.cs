using System.Text.Json;
using Steelyard.Contract;

namespace Steelyard.Recordings;

/// <summary>An event of a session's recording.</summary>
/// <param name="Part">Name of the part.</param>
/// <param name="Number">Grows within the part.</param>
/// <param name="At">When it happened.</param>
/// <param name="Type">What happened, such as <c>request</c>.</param>
/// <param name="Json">All its fields, as they were written.</param>
internal sealed record RecordedEvent(string Part, long Number, DateTimeOffset At, string Type, JsonElement Json)
{
    /// <summary>See <see cref="RecordingReader.Place"/>: after this event.</summary>
    public string Place { get; init; } = "";

    /// <summary>Null for a line that is not an event: a worker may have been killed within it, or lie.</summary>
    public static RecordedEvent? TryParse(ReadOnlySpan<byte> line, string part)
    {
        try
        {
            var json = JsonElement.Parse(line);
            return json.ValueKind == JsonValueKind.Object
                && Integer(json, "n") is { } number
                && Integer(json, "at") is { } milliseconds
                && json.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
                && type.GetString() is { Length: > 0 and < 64 } name
                && name.All(letter => char.IsAsciiLetterLower(letter) || letter is '.' or '_')
                && json.EnumerateObject().All(field => field.Name.Length > 0) // Throws for half a surrogate pair.
                ? new(part, number, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), name, json)
                : null;
        }
        catch (Exception e) when (e is JsonException or ArgumentOutOfRangeException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Writes it for clients: with an id instead of its number, and its time as others have it.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, $"{Part}.{Number}");
        json.WriteString("at"u8, IsoTime.Of(At));
        json.WriteString("part"u8, Part);
        foreach (var field in Json.EnumerateObject().Where(field => field.Name is not ("n" or "at" or "id" or "part")))
        {
            json.WritePropertyName(field.Name);
            json.WriteRawValue(field.Value.GetRawText(), skipInputValidation: true); // It is valid, but may have half a surrogate pair.
        }

        json.WriteEndObject();
    }

    private static long? Integer(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            ? number
            : null;
}
