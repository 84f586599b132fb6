using System.Text.Json;

namespace Steelyard.Api.Steel;

/// <summary>What stands on disk of a create of this dialect, beside what does of every session.</summary>
internal sealed record SteelFacts(
    Dimensions Dimensions, Blocking Blocking, string? UserAgent, string? Namespace, bool HasProxy, bool IsMobile, bool IsInteractive)
{
    public static SteelFacts Of(SteelRequest request) => new(
        request.Dimensions, request.Blocking, request.UserAgent, request.Namespace, request.HasProxy, request.IsMobile, request.IsInteractive);

    /// <summary>Null when it is not what we write: a session is shown without facts rather than not at all.</summary>
    public static SteelFacts? TryRead(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, SteelJson.Default.SteelFacts);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, SteelJson.Default.SteelFacts);

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
