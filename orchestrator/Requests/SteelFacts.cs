using System.Text.Json;
using System.Text.Json.Serialization;

namespace Steelyard.Requests;

/// <summary>The facts of a create of this dialect that are stored on disk, in addition to those of every session.</summary>
internal sealed record SteelFacts(
    Dimensions Dimensions, Blocking Blocking, string? UserAgent, string? Namespace, bool HasProxy, bool IsMobile, bool IsInteractive)
{
    public static SteelFacts Of(SteelRequest request) => new(
        request.Dimensions,
        request.Blocking,
        request.UserAgent,
        request.Namespace,
        request.HasProxy,
        request.IsMobile,
        request.IsInteractive);

    /// <summary>Reads facts. Null when the JSON is invalid: a session without facts is still shown.</summary>
    public static SteelFacts? TryRead(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, SteelFactsJson.Default.SteelFacts);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, SteelFactsJson.Default.SteelFacts);

    public SteelRequest ToRequest() => SteelRequest.Default with
    {
        Dimensions = Dimensions,
        Blocking = Blocking,
        UserAgent = UserAgent,
        Namespace = Namespace,
        HasProxy = HasProxy,
        IsMobile = IsMobile,
        IsInteractive = IsInteractive,
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SteelFacts))]
internal sealed partial class SteelFactsJson : JsonSerializerContext;
