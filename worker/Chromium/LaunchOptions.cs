using SteelBrowser.Relay;

namespace SteelBrowser.Chromium;

/// <summary>What a session wants of its browser that can be set only when it starts.</summary>
/// <param name="Arguments">For its command line.</param>
/// <param name="TimeZone">Such as <c>Europe/Berlin</c>; null for the machine's.</param>
/// <param name="Proxy">Through which everything goes; null for none.</param>
internal sealed record LaunchOptions(IReadOnlyList<string> Arguments, string? TimeZone, Upstream? Proxy)
{
    public static readonly LaunchOptions Default = new([], null, null);
}
