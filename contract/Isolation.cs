using System.Text.Json;
using System.Text.Json.Serialization;
using Steelyard.Contract.Input;

namespace Steelyard.Contract;

/// <summary>How a worker's browsers are isolated from the rest of the machine, as <c>GET /status</c> reports it.</summary>
/// <param name="Sandbox">Chromium's own sandbox, between its pages and the browser.</param>
/// <param name="User">Each browser runs as its own user.</param>
/// <param name="Files">A browser can access only its own files, and those of the system that it needs.</param>
/// <param name="Egress">A browser connects only where the rules allow.</param>
public sealed record Isolation(Guard Sandbox, Guard User, Guard Files, Guard Egress)
{
    /// <summary>What a browser may read, as far as its user may, in addition to its own files and <c>/proc</c>.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Readable { get; init; } = [];

    internal static Isolation? TryRead(JsonElement json) =>
        Guard.TryRead(json, "sandbox") is { } sandbox
        && Guard.TryRead(json, "user") is { } user
        && Guard.TryRead(json, "files") is { } files
        && Guard.TryRead(json, "egress") is { } egress
            ? new(sandbox, user, files, egress)
            : null;

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("isolation"u8);
        Sandbox.Write(json, "sandbox");
        User.Write(json, "user");
        Files.Write(json, "files");
        Egress.Write(json, "egress");
        json.WriteEndObject();
        json.WriteStartArray("readable"u8);
        foreach (var path in Readable)
            json.WriteStringValue(path);
        json.WriteEndArray();
    }
}

/// <summary>One mechanism of isolation.</summary>
/// <param name="On">The mechanism is active.</param>
/// <param name="Why">Why it is inactive or only partly active; null when there is nothing to report.</param>
public sealed record Guard(bool On, string? Why)
{
    internal static readonly Guard Active = new(true, null);

    internal static Guard Off(string why) => new(false, why);

    public override string ToString() => (On ? "on" : "OFF") + (Why is null ? "" : $": {Why}");

    internal static Guard? TryRead(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object
        && json.TryGetProperty(name, out var guard)
        && guard.ValueKind == JsonValueKind.Object
        && guard.TryGetProperty("on", out var on)
        && on.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? new(on.GetBoolean(), guard.TryGetProperty("why", out var why) ? JsonText.TryRead(why) : null)
            : null;

    internal void Write(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteBoolean("on"u8, On);
        json.WriteString("why"u8, Why);
        json.WriteEndObject();
    }
}
