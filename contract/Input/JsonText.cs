using System.Text.Json;

namespace Steelyard.Contract.Input;

/// <summary>Reads texts in JSON of others.</summary>
internal static class JsonText
{
    /// <summary>Returns the text; null when the value is no string, or contains half of a surrogate pair.</summary>
    public static string? TryRead(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
