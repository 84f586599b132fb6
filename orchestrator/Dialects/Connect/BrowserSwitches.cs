using System.Globalization;
using System.Text.Json.Nodes;
using Steelyard.Http;
using Steelyard.Requests;

namespace Steelyard.Dialects.Connect;

/// <summary>
/// Switches of Chromium that clients of browserless send. A switch that matches one of our options sets that option. One that would change
/// what a site sees is refused. All others have no effect.
/// </summary>
internal static class BrowserSwitches
{
    private static readonly (string Name, string What)[] Unsupported =
    [
        ("--ignore-certificate-errors", "a way to ignore TLS errors"),
        ("--ignore-certificate-errors-spki-list", "a way to ignore TLS errors"),
        ("--allow-insecure-localhost", "a way to ignore TLS errors"),
        ("--disable-web-security", "a browser without the same-origin policy"),
        ("--proxy-pac-url", "proxy scripts"),
        ("--proxy-auto-detect", "proxy scripts"),
        ("--proxy-bypass-list", "hosts without the proxy"),
        ("--host-resolver-rules", "addresses of the client's choice for names"),
        ("--host-rules", "addresses of the client's choice for names"),
        ("--user-data-dir", "a profile folder of the client's choice"),
        ("--load-extension", "an extension store"),
        ("--use-fake-device-for-media-stream", "fake cameras and microphones"),
        ("--force-device-scale-factor", "a scale factor of the client's choice"),
    ];

    /// <summary>Puts the option into a body for <see cref="CreateParser"/>. Throws <see cref="FieldException"/>.</summary>
    /// <param name="name">The switch, with its dashes.</param>
    /// <param name="value">Its value; empty for none.</param>
    /// <param name="body">The body.</param>
    public static void Apply(string name, string value, JsonObject body)
    {
        if (Array.Find(Unsupported, unsupported => unsupported.Name == name) is { What: { } what })
            throw FieldException.Missing(name, what);
        switch (name)
        {
            case "--user-agent":
                body["userAgent"] = value;
                break;
            case "--lang" or "--accept-lang":
                body["locale"] = value.Split(',')[0];
                break;
            case "--proxy-server" when value.Contains('=') || value.Contains(';') || value.Contains(','):
                throw FieldException.Missing(name, "more than one proxy for a session");
            case "--proxy-server":
                body["proxyUrl"] = value.Contains("://", StringComparison.Ordinal) ? value : "http://" + value;
                break;
            case "--window-size":
                body["dimensions"] = Size(value) ?? throw FieldException.Bad(name, "a width and a height in pixels, such as 1280,720");
                break;
        }
    }

    private static JsonObject? Size(string value) =>
        value.Split(',') is [var width, var height]
        && int.TryParse(width, CultureInfo.InvariantCulture, out var w)
        && int.TryParse(height, CultureInfo.InvariantCulture, out var h)
            ? new() { ["width"] = w, ["height"] = h }
            : null;
}
