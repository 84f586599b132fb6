using System.Text.Json;
using SteelBrowser.Input;

namespace Steelyard.Tests.Unit.BundledWorker;

/// <summary>What the worker's parsers make of bad input.</summary>
internal static class Refused
{
    /// <summary>The field that the refusal names; it also has words for people.</summary>
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
