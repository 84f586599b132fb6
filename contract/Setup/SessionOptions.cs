namespace Steelyard.Contract.Setup;

/// <summary>
/// The options of a session's browser (docs/worker-api.md). Null, false or empty means that an option is not set.
/// <see cref="SessionOptionsParser"/> reads them from JSON.
/// </summary>
internal sealed record SessionOptions
{
    public Dimensions? Dimensions { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>An IANA time zone such as <c>Europe/Berlin</c>.</summary>
    public string? TimeZone { get; init; }

    /// <summary>A locale such as <c>de-DE</c>.</summary>
    public string? Locale { get; init; }

    public bool IsMobile { get; init; }

    public ProxyServer? Proxy { get; init; }

    public BlockRules Block { get; init; } = BlockRules.Nothing;

    public SessionContext Context { get; init; } = SessionContext.Empty;

    /// <summary>True if at least one option can only be set when a browser starts.</summary>
    public bool NeedsLaunch =>
        Dimensions is not null || UserAgent is not null || TimeZone is not null || Locale is not null || IsMobile || Proxy is not null;

    /// <summary>True if at least one option is set.</summary>
    public bool AreGiven => NeedsLaunch || !Block.IsNothing || !Context.IsEmpty;
}

/// <summary>The size of a window, in CSS pixels.</summary>
public sealed record Dimensions(int Width, int Height)
{
    /// <summary>The size unless the session's options set another.</summary>
    public static readonly Dimensions Default = new(1920, 1080);

    /// <summary>The size of a mobile session unless its options set another: a typical phone.</summary>
    public static readonly Dimensions Mobile = new(412, 915);
}
