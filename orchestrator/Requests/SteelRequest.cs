using System.Text.Json.Serialization;
using Steelyard.Sessions;

namespace Steelyard.Requests;

/// <summary>A create of the Steel dialect: what the session's description shows later, beside what every session has.</summary>
public sealed record SteelRequest(ReadOnlyMemory<byte> Body, SessionClock Clock) : SessionRequest(Body, Clock)
{
    /// <summary>What a session has whose client has asked for nothing, in whichever dialect.</summary>
    public static readonly SteelRequest Default = new(default, default);

    public Dimensions Dimensions { get; init; } = Dimensions.Default;

    public Blocking Blocking { get; init; } = Blocking.None;

    public string? UserAgent { get; init; }

    public string? Namespace { get; init; }

    public bool HasProxy { get; init; }

    public bool IsMobile { get; init; }

    /// <summary>Whether the live view lets people take over.</summary>
    public bool IsInteractive { get; init; } = true;

    public override string? Facts => SteelFacts.Of(this).ToJson();

    /// <summary>What this dialect knows of any session; of one from the history's disk what stands there.</summary>
    public static SteelRequest Of(SessionRequest request) =>
        request as SteelRequest ?? (request.Facts is { } json && SteelFacts.TryRead(json) is { } facts ? facts.ToRequest() : Default);
}

/// <summary>Size of the viewport, in CSS pixels.</summary>
public sealed record Dimensions(int Width, int Height)
{
    /// <summary>What the bundled worker's browser has unless told otherwise.</summary>
    public static readonly Dimensions Default = new(1920, 1080);

    /// <summary>What the bundled worker gives a mobile session unless told otherwise.</summary>
    public static readonly Dimensions Mobile = new(412, 915);
}

/// <summary>What the browser does not load.</summary>
public sealed record Blocking(bool Images, bool Media, bool Stylesheets, IReadOnlyList<string> Hosts, IReadOnlyList<string> UrlPatterns, bool Ads)
{
    public static readonly Blocking None = new(false, false, false, [], [], false);

    [JsonIgnore]
    public bool IsNone => !(Images || Media || Stylesheets || Ads) && Hosts.Count == 0 && UrlPatterns.Count == 0;
}
