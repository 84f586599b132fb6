using SteelBrowser.Relay;

namespace SteelBrowser.Setup;

/// <summary>The options for a session's browser. Null, false or empty means that an option is not set.</summary>
internal sealed record SetupOptions
{
    public Dimensions? Dimensions { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>An IANA time zone such as <c>Europe/Berlin</c>.</summary>
    public string? TimeZone { get; init; }

    /// <summary>A locale such as <c>de-DE</c>.</summary>
    public string? Locale { get; init; }

    public bool Mobile { get; init; }

    public Upstream? Proxy { get; init; }

    public BlockRules Block { get; init; } = BlockRules.Nothing;

    public SessionContext Context { get; init; } = SessionContext.Empty;

    /// <summary>True if at least one option can only be set when a browser starts.</summary>
    public bool NeedsLaunch =>
        Dimensions is not null || UserAgent is not null || TimeZone is not null || Locale is not null || Mobile || Proxy is not null;
}

/// <summary>The size of a window, in CSS pixels.</summary>
internal sealed record Dimensions(int Width, int Height);
