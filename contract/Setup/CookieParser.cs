using System.Buffers;
using System.Text.Json;
using Steelyard.Contract.Input;
using static Steelyard.Contract.Input.JsonInput;

namespace Steelyard.Contract.Setup;

/// <summary>
/// Converts a cookie, as clients and browsers write it, to one that CDP accepts. Fields that a browser reports but does not accept are left
/// out, such as the size. Throws <see cref="BadInputException"/>.
/// </summary>
internal static class CookieParser
{
    private const int MaxText = 4096;
    private const double MaxExpires = 253402300799; // The end of the year 9999.

    private static readonly string[] SameSites = ["Strict", "Lax", "None"];
    private static readonly string[] Priorities = ["Low", "Medium", "High"];
    private static readonly string[] Schemes = ["Unset", "NonSecure", "Secure"];

    public static JsonElement Parse(JsonElement cookie, string field)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, value) in Members(cookie, field))
                Write(json, name, value, $"{field}.{name}");
            json.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        var parsed = document.RootElement.Clone();
        foreach (var needed in new[] { "name", "value" })
        {
            if (!parsed.TryGetProperty(needed, out _))
                throw new BadInputException($"{field} needs a {needed}", $"{field}.{needed}");
        }

        return parsed.TryGetProperty("domain", out _) || parsed.TryGetProperty("url", out _)
            ? parsed
            : throw new BadInputException($"{field} needs a domain or a url", $"{field}.domain");
    }

    private static void Write(Utf8JsonWriter json, string name, JsonElement value, string field)
    {
        switch (name)
        {
            case "name" or "value":
                json.WriteString(name, Text(value, field, MaxText, least: 0));
                break;
            case "domain" or "path" or "url":
                json.WriteString(name, Text(value, field, MaxText));
                break;
            case "secure" or "httpOnly":
                json.WriteBoolean(name, Flag(value, field));
                break;
            case "expires":
                if (Number(value, field, -1, MaxExpires) is >= 0 and var expires)
                    json.WriteNumber(name, expires);
                break;
            case "sameSite":
                json.WriteString(name, OneOf(value, field, SameSites));
                break;
            case "priority":
                json.WriteString(name, OneOf(value, field, Priorities));
                break;
            case "sourceScheme":
                json.WriteString(name, OneOf(value, field, Schemes));
                break;
            case "sourcePort":
                json.WriteNumber(name, Whole(value, field, -1, ushort.MaxValue));
                break;
            case "partitionKey":
                WritePartition(json, value, field);
                break;
        }
    }

    private static void WritePartition(Utf8JsonWriter json, JsonElement value, string field)
    {
        json.WriteStartObject("partitionKey");
        foreach (var (name, part) in Members(value, field))
        {
            if (name == "topLevelSite")
                json.WriteString(name, Text(part, $"{field}.{name}", MaxText, least: 0));
            else if (name == "hasCrossSiteAncestor")
                json.WriteBoolean(name, Flag(part, $"{field}.{name}"));
            else
                throw Unknown($"{field}.{name}");
        }

        json.WriteEndObject();
    }

    private static string OneOf(JsonElement value, string field, string[] words)
    {
        var text = Text(value, field, MaxText, least: 0);
        return words.Contains(text)
            ? text
            : throw new BadInputException($"{field} must be {string.Join(", ", words[..^1])} or {words[^1]}", field);
    }
}
