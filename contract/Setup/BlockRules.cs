using System.Text.Json.Serialization;

namespace Steelyard.Contract.Setup;

/// <summary>What a session's browser must not load.</summary>
/// <param name="Ads">Whether the hosts that serve advertisements are blocked.</param>
/// <param name="Images">Whether images are blocked.</param>
/// <param name="Media">Whether sound and video are blocked.</param>
/// <param name="Stylesheets">Whether style sheets are blocked.</param>
/// <param name="Hosts">Host names in the form of <see cref="Uri.IdnHost"/>. Their subdomains are blocked, too.</param>
/// <param name="UrlPatterns">CDP's URL patterns, with <c>*</c> and <c>?</c>.</param>
internal sealed record BlockRules(
    bool Ads, bool Images, bool Media, bool Stylesheets, IReadOnlyList<string> Hosts, IReadOnlyList<string> UrlPatterns)
{
    public static readonly BlockRules Nothing = new(false, false, false, false, [], []);

    [JsonIgnore]
    public bool IsNothing => !(Ads || Images || Media || Stylesheets) && Hosts.Count == 0 && UrlPatterns.Count == 0;
}
