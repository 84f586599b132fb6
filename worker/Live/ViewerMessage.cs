using System.Text.Json;

namespace SteelBrowser.Live;

/// <summary>One JSON object from a viewer. Every getter throws a <see cref="BadMessageException"/> that names the field.</summary>
internal readonly struct ViewerMessage
{
    private const double FarthestPixel = 1_000_000;

    private readonly JsonElement json;

    private ViewerMessage(JsonElement json) => this.json = json;

    public string Type => Text("type");

    public static ViewerMessage Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new(document.RootElement.Clone())
                : throw new BadMessageException("a message must be a JSON object");
        }
        catch (JsonException)
        {
            throw new BadMessageException("a message must be a JSON object, and this one is not valid JSON");
        }
    }

    public string Text(string name)
    {
        try
        {
            return Find(name) is { ValueKind: JsonValueKind.String } value
                ? value.GetString() ?? ""
                : throw new BadMessageException($"'{name}' must be a string");
        }
        catch (InvalidOperationException)
        {
            throw new BadMessageException($"'{name}' contains half of a character");
        }
    }

    /// <summary>The field as a string; null when it is missing.</summary>
    public string? OptionalText(string name) => Find(name) is null ? null : Text(name);

    /// <summary>The field as one of the given words; <paramref name="fallback"/> when it is missing.</summary>
    public string OneOf(string name, string fallback, params ReadOnlySpan<string> words)
    {
        var word = OptionalText(name) ?? fallback;
        return words.Contains(word) ? word : throw new BadMessageException($"'{name}' must be one of {string.Join(", ", words)}");
    }

    /// <summary>A coordinate or distance in CSS pixels; 0 when it is missing.</summary>
    public double Pixels(string name)
    {
        if (Find(name) is not { } value)
            return 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var pixels) && Math.Abs(pixels) <= FarthestPixel
            ? pixels
            : throw new BadMessageException($"'{name}' must be a number of pixels up to {FarthestPixel:0}");
    }

    /// <summary>A whole number from 0 to <paramref name="most"/>; 0 when it is missing.</summary>
    public int Number(string name, int most)
    {
        if (Find(name) is not { } value)
            return 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0 && number <= most
            ? number
            : throw new BadMessageException($"'{name}' must be a whole number from 0 to {most}");
    }

    private JsonElement? Find(string name)
    {
        try
        {
            return json.TryGetProperty(name, out var value) ? value : null;
        }
        catch (InvalidOperationException)
        {
            throw new BadMessageException("the name of a field contains half of a character");
        }
    }
}
