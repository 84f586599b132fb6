using SteelBrowser.Relay;

namespace SteelBrowser.Setup;

/// <summary>What a session wants of its browser. Null, false or empty where it has no wish.</summary>
internal sealed record SetupOptions
{
    public Dimensions? Dimensions { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>Such as <c>Europe/Berlin</c>.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Such as <c>de-DE</c>.</summary>
    public string? Locale { get; init; }

    public bool Mobile { get; init; }

    public Upstream? Proxy { get; init; }

    public BlockRules Block { get; init; } = BlockRules.Nothing;

    public SessionContext Context { get; init; } = SessionContext.Empty;

    /// <summary>Some of it can be set only when a browser starts.</summary>
    public bool NeedsLaunch => Dimensions is not null || UserAgent is not null || TimeZone is not null || Locale is not null || Mobile || Proxy is not null;
}

/// <summary>Of a window, in CSS pixels.</summary>
internal sealed record Dimensions(int Width, int Height);
