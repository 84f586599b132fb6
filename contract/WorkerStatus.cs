using System.Buffers;
using System.Text.Json;
using Steelyard.Contract.Input;

namespace Steelyard.Contract;

/// <summary>A worker's reply to <c>GET /status</c> (docs/worker-api.md).</summary>
/// <param name="IsAvailable">The worker says that it can take a session.</param>
/// <param name="SessionId">Its session's id; null when it has no session, and empty when the id is neither a string nor a number.</param>
/// <param name="Isolation">How its browsers are isolated; null when it does not say so.</param>
public sealed record WorkerStatus(bool IsAvailable, string? SessionId, Isolation? Isolation = null)
{
    /// <summary>True when the worker is available and has no session.</summary>
    public bool IsFree => IsAvailable && SessionId is null;

    /// <summary>Reads a reply. Null when it is not JSON; a member that is not as expected counts as absent.</summary>
    public static WorkerStatus? TryRead(ReadOnlySpan<byte> json)
    {
        try
        {
            return Read(json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // No JSON, or half of a surrogate pair in the id.
        }
    }

    /// <summary>The reply as UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteBoolean("available"u8, IsAvailable);
            json.WriteString("session_id"u8, SessionId);
            Isolation?.Write(json);
            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private static WorkerStatus Read(ReadOnlySpan<byte> json)
    {
        var status = new WorkerStatus(false, null);
        IReadOnlyList<string> readable = [];
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName)
                continue;
            var name = reader;
            reader.Read();
            if (JsonName.Is(in name, "available"u8))
                status = status with { IsAvailable = reader.TokenType == JsonTokenType.True };
            else if (JsonName.Is(in name, "session_id"u8))
                status = status with { SessionId = status.SessionId ?? ReadId(ref reader) };
            else if (JsonName.Is(in name, "isolation"u8))
                status = status with { Isolation = Isolation.TryRead(JsonElement.ParseValue(ref reader)) };
            else if (JsonName.Is(in name, "readable"u8))
                readable = ReadTexts(JsonElement.ParseValue(ref reader));
            reader.Skip();
        }

        return status.Isolation is null ? status : status with { Isolation = status.Isolation with { Readable = readable } };
    }

    private static string? ReadId(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.String or JsonTokenType.Number => JsonElement.ParseValue(ref reader).ToString(),
        _ => "",
    };

    private static List<string> ReadTexts(JsonElement list) => list.ValueKind == JsonValueKind.Array
        ? [.. list.EnumerateArray().Select(JsonText.TryRead).OfType<string>()]
        : [];
}
