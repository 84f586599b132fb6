using System.Text.Json;

namespace Steelyard.WorkerHttp;

/// <summary>
/// The challenge's API: sessions are at <c>/sessions</c>, DELETE ends a session, and <c>/status</c> says whether the worker is free.
/// </summary>
internal sealed class ChallengeProtocol : WorkerProtocol
{
    protected override string Sessions => "/sessions";

    internal override WorkerRequest Health => new("GET", "/health") { IsOurs = true };

    internal override WorkerRequest Status => new("GET", "/status") { IsOurs = true };

    internal override WorkerRequest End(string sessionPath) => new("DELETE", sessionPath) { IsOurs = true };

    /// <summary>Returns true for <c>{"available":true,…}</c> without a session id.</summary>
    internal override bool SaysFree(ReadOnlySpan<byte> status)
    {
        try
        {
            var reader = new Utf8JsonReader(status);
            var available = false;
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName)
                    continue;
                var isAvailable = JsonName.Is(in reader, "available"u8);
                var isSession = JsonName.Is(in reader, "session_id"u8);
                reader.Read();
                if (isAvailable)
                    available = reader.TokenType == JsonTokenType.True;
                else if (isSession && reader.TokenType != JsonTokenType.Null)
                    return false;
                reader.Skip();
            }

            return available;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    internal override bool TryReadSession(ReadOnlySpan<byte> status, out string id)
    {
        id = "";
        try
        {
            var reader = new Utf8JsonReader(status);
            using var document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("session_id", out var session))
                id = session.ValueKind is JsonValueKind.String or JsonValueKind.Number ? session.ToString() : "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }

        return id.Length > 0;
    }
}
