using System.Text.Json;

namespace Steelyard.Contract.Input;

/// <summary>Compares property names in JSON of others, whatever text they contain.</summary>
internal static class JsonName
{
    /// <summary>
    /// Returns true if the reader's current property has this name, escaped or not. A name with half a surrogate pair, for which the
    /// framework throws, does not match.
    /// </summary>
    public static bool Is(in Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        try
        {
            return reader.ValueTextEquals(name);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
