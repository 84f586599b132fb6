using System.Text.Json;

namespace Steelyard.WorkerHttp;

/// <summary>Compares property names in a worker's JSON, whatever text they contain.</summary>
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
