using System.Text.Json;

namespace Steelyard.Http;

/// <summary>
/// Reads the fields of a JSON object. A field that is absent or null gives null, or an empty collection. A field of the wrong kind throws
/// <see cref="FieldException"/>.
/// </summary>
/// <param name="json">The object.</param>
/// <param name="prefix">Prefix of each name in messages, such as <c>dimensions.</c>.</param>
internal readonly struct Fields(JsonElement json, string prefix = "")
{
    /// <summary>Returns the fields of a body. Throws <see cref="FieldException"/> when the body is not a JSON object.</summary>
    public static Fields Of(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object ? new(body) : throw FieldException.Bad("body", "a JSON object");

    public JsonElement? Find(string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value : null;

    public string Name(string name) => prefix + name;

    public Fields? Object(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new(value, $"{prefix}{name}.") : throw FieldException.Bad(Name(name), "an object");

    public bool? Bool(string name) => Find(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw FieldException.Bad(Name(name), "true or false");

    public long? Number(string name, long least, long most) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most
            ? number
            : throw FieldException.Bad(Name(name), $"a whole number from {least} to {most}");

    public string? Text(string name, int longest) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 } text
            && text.Length <= longest
            && !text.Any(char.IsControl)
            ? text
            : throw FieldException.Bad(Name(name), $"a string of 1 to {longest} characters without control characters");

    public List<string> Texts(string name, int most, int longest)
    {
        if (Find(name) is not { } value)
            return [];
        var need = $"a list of up to {most} strings of 1 to {longest} characters";
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most)
            throw FieldException.Bad(Name(name), need);
        var bad = FieldException.Bad(Name(name), need);
        return [.. value.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.String && item.GetString() is { Length: > 0 } text && text.Length <= longest
                ? text
                : throw bad)];
    }

    public Dictionary<string, string> Map(string name, int most, int longestName, int longestValue)
    {
        if (Find(name) is not { } value)
            return [];
        var need = $"an object of up to {most} strings, with names of up to {longestName} characters and values of up to {longestValue}";
        if (value.ValueKind != JsonValueKind.Object)
            throw FieldException.Bad(Name(name), need);
        var map = new Dictionary<string, string>();
        foreach (var entry in value.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.String
                || entry.Name.Length > longestName
                || entry.Value.GetString()!.Length > longestValue
                || map.Count == most)
                throw FieldException.Bad(Name(name), need);
            map[entry.Name] = entry.Value.GetString()!;
        }

        return map;
    }
}
