using System.Buffers;
using System.Text.Json;
using Steelyard.Contract;

namespace Steelyard.WorkerHttp;

/// <summary>
/// The API of the open-source Steel worker, according to its source code: sessions are at <c>/v1/sessions</c>, and CDP is at the WebSocket
/// of the root path. A release with any id ends the worker's session, and succeeds even if there is none. A get of an unknown id answers
/// 200 with <c>status: released</c>. Timeouts are ignored. A new session ends the old one. So a reply of success proves nothing until the
/// list shows no live session.
/// </summary>
internal sealed class SteelProtocol : WorkerProtocol
{
    private const int MaxDepth = 128; // The maximum depth of an accepted body.

    // Clients may not set the worker's other options, which choose folders, switches and binaries on the worker's machine.
    private static readonly string[] Options =
    [
        "sessionId", "dimensions", "userAgent", "proxyUrl", "timezone", "blockAds", "optimizeBandwidth", "sessionContext", "deviceConfig",
    ];

    public override string BrowserPath => "/";

    public override bool CreatesWithOptions => true;

    protected override string Sessions => "/v1/sessions";

    internal override WorkerRequest Health => new("GET", "/v1/health") { IsOurs = true };

    internal override WorkerRequest Status => new("GET", "/v1/sessions") { IsOurs = true };

    internal override WorkerRequest Create(ReadOnlyMemory<byte> body) => base.Create(OptionsOf(body));

    internal override WorkerRequest End(string sessionPath) => new("POST", sessionPath + "/release") { IsOurs = true };

    internal override WorkerStatus? ReadStatus(ReadOnlySpan<byte> status)
    {
        string? live = null;
        return Read(status, list =>
        {
            var sessions = list.GetProperty("sessions").EnumerateArray()
                .Where(session => session.GetProperty("status").GetString() == "live")
                .Select(session => session.GetProperty("id").GetString() ?? "");
            live = sessions.FirstOrDefault();
            return true;
        }) == true ? new(live is null, live) : null;
    }

    internal override bool SaysEnded(ReadOnlySpan<byte> session) =>
        Read(session, description => description.GetProperty("status").GetString() != "live") != false;

    private static ReadOnlyMemory<byte> OptionsOf(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body, new() { MaxDepth = MaxDepth });
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                foreach (var option in document.RootElement.EnumerateObject()
                             .Where(option => Options.Contains(option.Name) && option.Value.ValueKind != JsonValueKind.Null))
                    option.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    // Returns null if the document does not have the form that the worker's source code shows.
    private static bool? Read(ReadOnlySpan<byte> json, Func<JsonElement, bool> read)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }
}
