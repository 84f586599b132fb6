using System.Text.Json;
using Steelyard.Contract.Input;

namespace Steelyard.Tests.Unit.Contract.Input;

/// <summary>How parsers refuse bad input.</summary>
internal static class Refused
{
    /// <summary>Returns the field that the refusal names. Asserts that the refusal has a message.</summary>
    public static string? Field(Func<object?> parse)
    {
        var refusal = Assert.Throws<BadInputException>(parse);
        Assert.NotEmpty(refusal.Message);
        return refusal.Field;
    }

    public static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
