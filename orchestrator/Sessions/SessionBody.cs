using System.Text;
using System.Text.Json;
using Steelyard.WorkerHttp;

namespace Steelyard.Sessions;

/// <summary>Finds the one value in a worker's session body that is ours to replace. Everything else passes through, byte for byte.</summary>
public static class SessionBody
{
    /// <summary>Deepest nesting of a client's body that is let in; a worker's reply wraps it once more.</summary>
    public const int MaxBodyDepth = 128;

    private const int MaxDepth = MaxBodyDepth + 8;
    private const int MaxIdLength = 256;

    /// <summary>Finds the value of the top-level field <c>id</c>. False when the body is no JSON object or has none.</summary>
    /// <param name="json">The whole body.</param>
    /// <param name="range">The value's bytes, quotes included.</param>
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

            // Read to the end: what is cut off or followed by rubbish is no answer. Two ids: a client might take the one we did not.
            return ids == 1 && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The id as text, for the worker's paths. False when it is empty or absurdly long.</summary>
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
