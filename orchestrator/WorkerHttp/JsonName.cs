using System.Text.Json;

namespace Steelyard.WorkerHttp;

/// <summary>Compares the name a reader stands on, whatever a worker has put there.</summary>
internal static class JsonName
{
    /// <summary>True when the reader stands on this name, escaped or not. Half of a surrogate pair, which the framework throws at, is no name we know.</summary>
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
