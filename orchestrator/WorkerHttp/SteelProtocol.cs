using System.Buffers;
using System.Text.Json;

namespace Steelyard.WorkerHttp;

/// <summary>
/// The open-source Steel worker, as its sources show it: sessions at <c>/v1/sessions</c>, CDP at the root's WebSocket. A release of any id ends the session it
/// has, and succeeds even when it has none; a get of an unknown id answers 200 with <c>status: released</c>; timeouts are ignored; a new session ends the
/// old one. So no success is believed until the list shows no live session.
/// </summary>
internal sealed class SteelProtocol : WorkerProtocol
{
    private const int MaxDepth = 128; // As deep as a body may be that is let in.

    // Its others choose folders, switches and binaries on the worker's machine: no business of a client's.
    private static readonly string[] Options = ["sessionId", "dimensions", "userAgent", "proxyUrl", "timezone", "blockAds", "optimizeBandwidth", "sessionContext", "deviceConfig"];

    public override string BrowserPath => "/";

    public override bool CreatesWithOptions => true;

    protected override string Sessions => "/v1/sessions";

    internal override WorkerRequest Health => new("GET", "/v1/health") { IsOurs = true };

    internal override WorkerRequest Status => new("GET", "/v1/sessions") { IsOurs = true };

    internal override WorkerRequest Create(ReadOnlyMemory<byte> body) => base.Create(OptionsOf(body));

    internal override WorkerRequest End(string sessionPath) => new("POST", sessionPath + "/release") { IsOurs = true };

    internal override bool SaysFree(ReadOnlySpan<byte> status) =>
        Read(status, list => list.GetProperty("sessions").EnumerateArray().All(session => session.GetProperty("status").GetString() != "live")) == true;

    internal override bool TryReadSession(ReadOnlySpan<byte> status, out string id)
    {
        var live = "";
        Read(status, list =>
        {
            live = list.GetProperty("sessions").EnumerateArray().First(session => session.GetProperty("status").GetString() == "live").GetProperty("id").GetString() ?? "";
            return true;
        });
        id = live;
        return id.Length > 0;
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
                foreach (var option in document.RootElement.EnumerateObject().Where(option => Options.Contains(option.Name) && option.Value.ValueKind != JsonValueKind.Null))
                    option.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    // Null when it is not what the worker's sources say.
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
