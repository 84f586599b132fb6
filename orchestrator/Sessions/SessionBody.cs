using System.Text;
using System.Text.Json;
using Steelyard.Contract.Input;

namespace Steelyard.Sessions;

/// <summary>
/// Finds the id in a worker's session body, the only value that we replace. Everything else passes through, byte for byte.
/// </summary>
public static class SessionBody
{
    /// <summary>Deepest nesting that is accepted in a client's body; a worker's reply wraps that body in one more level.</summary>
    public const int MaxBodyDepth = 128;

    private const int MaxDepth = MaxBodyDepth + 8;
    private const int MaxIdLength = 256;

    /// <summary>
    /// Finds the value of the top-level field <c>id</c>. Returns false when the body is not a JSON object, or does not have exactly one
    /// <c>id</c> that is a string or number.
    /// </summary>
    /// <param name="json">The whole body.</param>
    /// <param name="range">The value's bytes, including quotes.</param>
    public static bool TryFindId(ReadOnlySpan<byte> json, out Range range)
    {
        range = default;
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            var ids = 0;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isId = JsonName.Is(in reader, "id"u8);
                reader.Read();
                if (isId)
                {
                    if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number))
                        return false;
                    range = (int)reader.TokenStartIndex..(int)reader.BytesConsumed;
                    ids++;
                }

                reader.Skip();
            }

            // Reads to the end: a body that is cut off, or followed by other text, is invalid. So is one with two ids: a client might use
            // the id that we did not replace.
            return ids == 1 && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Reads the id as text, for the worker's paths. Returns false when it is empty, too long or not valid Unicode.</summary>
    /// <param name="token">The JSON string or number.</param>
    /// <param name="id">Its text.</param>
    public static bool TryReadId(ReadOnlySpan<byte> token, out string id)
    {
        id = "";
        var reader = new Utf8JsonReader(token);
        try
        {
            reader.Read();
            id = (reader.TokenType == JsonTokenType.String ? reader.GetString() : Encoding.ASCII.GetString(token)) ?? "";
        }
        catch (InvalidOperationException)
        {
            return false; // Not UTF-8, or half of a surrogate pair.
        }

        return id.Length is > 0 and <= MaxIdLength;
    }
}
