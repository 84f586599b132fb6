using Steelyard.Contract.Setup;

namespace SteelBrowser.Chromium;

/// <summary>Options of a session that the browser accepts only at launch.</summary>
/// <param name="Arguments">Additional command-line arguments.</param>
/// <param name="TimeZone">A time zone such as <c>Europe/Berlin</c>; null for the machine's.</param>
/// <param name="Proxy">The proxy for all traffic; null for none.</param>
internal sealed record LaunchOptions(IReadOnlyList<string> Arguments, string? TimeZone, ProxyServer? Proxy)
{
    public static readonly LaunchOptions Default = new([], null, null);
}
