using System.Text.Json.Serialization;
using Steelyard.Sessions;

namespace Steelyard.Requests;

/// <summary>
/// A create of the Steel dialect, with the values that the session's description shows later in addition to those of every session.
/// </summary>
public sealed record SteelRequest(ReadOnlyMemory<byte> Body, SessionClock Clock) : SessionRequest(Body, Clock)
{
    /// <summary>The values of a session whose client set no options, in any dialect.</summary>
    public static readonly SteelRequest Default = new(default, default);

    public Dimensions Dimensions { get; init; } = Dimensions.Default;

    public Blocking Blocking { get; init; } = Blocking.None;

    public string? UserAgent { get; init; }

    public string? Namespace { get; init; }

    public bool HasProxy { get; init; }

    public bool IsMobile { get; init; }

    /// <summary>Whether viewers of the live view can take over the browser.</summary>
    public bool IsInteractive { get; init; } = true;

    public override string? Facts => SteelFacts.Of(this).ToJson();

    /// <summary>Returns the values of any session for this dialect. For a session from the history, they are read from disk.</summary>
    public static SteelRequest Of(SessionRequest request) =>
        request as SteelRequest ?? (request.Facts is { } json && SteelFacts.TryRead(json) is { } facts ? facts.ToRequest() : Default);
}

/// <summary>Size of the viewport, in CSS pixels.</summary>
public sealed record Dimensions(int Width, int Height)
{
    /// <summary>The default of the bundled worker.</summary>
    public static readonly Dimensions Default = new(1920, 1080);

    /// <summary>The default of the bundled worker for a mobile session.</summary>
    public static readonly Dimensions Mobile = new(412, 915);
}

/// <summary>Resources that the browser does not load.</summary>
public sealed record Blocking(
    bool Images, bool Media, bool Stylesheets, IReadOnlyList<string> Hosts, IReadOnlyList<string> UrlPatterns, bool Ads)
{
    public static readonly Blocking None = new(false, false, false, [], [], false);

    [JsonIgnore]
    public bool IsNone => !(Images || Media || Stylesheets || Ads) && Hosts.Count == 0 && UrlPatterns.Count == 0;
}
