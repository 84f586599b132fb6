using System.Text.Json;
using System.Text.Json.Serialization;
using Steelyard.Contract.Setup;
using Steelyard.Sessions;

namespace Steelyard.Requests;

/// <summary>
/// What the Steel dialect shows of a session in addition to what every session has. Stored on disk as JSON.
/// </summary>
/// <param name="Dimensions">Size of the window.</param>
/// <param name="Blocking">What its browser does not load.</param>
/// <param name="UserAgent">The user agent that its client chose; null for the browser's own.</param>
/// <param name="Namespace">The namespace that its client chose; null for none.</param>
/// <param name="HasProxy">Whether its browser uses a proxy of the client's choice.</param>
/// <param name="IsMobile">Whether its browser behaves as one of a phone.</param>
/// <param name="IsInteractive">Whether viewers of the live view can take over the browser.</param>
internal sealed record SteelFacts(
    Dimensions Dimensions, BlockRules Blocking, string? UserAgent, string? Namespace, bool HasProxy, bool IsMobile, bool IsInteractive)
{
    /// <summary>The facts of a session whose client set no options, in any dialect.</summary>
    public static readonly SteelFacts Default = new(Dimensions.Default, BlockRules.Nothing, null, null, false, false, true);

    /// <summary>
    /// Returns the facts of any session. For a session from the history, they are read from disk. A session without valid facts is still
    /// shown, with the default.
    /// </summary>
    public static SteelFacts Of(SessionRequest request) =>
        (request as SteelRequest)?.Shown ?? (request.Facts is { } json ? TryRead(json) : null) ?? Default;

    public string ToJson() => JsonSerializer.Serialize(this, SteelFactsJson.Default.SteelFacts);

    private static SteelFacts? TryRead(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, SteelFactsJson.Default.SteelFacts) is
            { Dimensions: not null, Blocking: { Hosts: not null, UrlPatterns: not null } } facts
                ? facts
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SteelFacts))]
internal sealed partial class SteelFactsJson : JsonSerializerContext;
