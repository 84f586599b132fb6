using Steelyard.Contract.Setup;

namespace SteelBrowser.Setup;

/// <summary>Decides which requests a session's rules block.</summary>
internal sealed class BlockMatcher(BlockRules rules)
{
    /// <summary>CDP's names of the blocked resource types.</summary>
    public IEnumerable<string> ResourceTypes =>
        new[] { rules.Images ? "Image" : null, rules.Media ? "Media" : null, rules.Stylesheets ? "Stylesheet" : null }.OfType<string>();

    /// <summary>
    /// Patterns that match everything to block, and as little else as CDP's wildcards allow. A star also matches slashes, so the final
    /// decision is made by <see cref="Blocks"/>.
    /// </summary>
    public IEnumerable<string> Patterns =>
        AllHosts
            .Select(host => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)
            .SelectMany(host => new[] { $"*://{host}/*", $"*://{host}:*/*", $"*://*.{host}/*", $"*://*.{host}:*/*" })
            .Concat(rules.UrlPatterns);

    private IEnumerable<string> AllHosts => rules.Ads ? rules.Hosts.Concat(AdHosts.All) : rules.Hosts;

    /// <summary>Whether a request is blocked.</summary>
    /// <param name="url">The requested URL.</param>
    /// <param name="resourceType">CDP's name of its resource type.</param>
    public bool Blocks(string url, string resourceType)
    {
        if (ResourceTypes.Contains(resourceType) || rules.UrlPatterns.Any(pattern => Wildcard.Matches(pattern, url)))
            return true;
        return Uri.TryCreate(url, UriKind.Absolute, out var uri) && AllHosts.Any(host =>
            uri.IdnHost == host || (uri.IdnHost.EndsWith(host, StringComparison.Ordinal) && uri.IdnHost[^(host.Length + 1)] == '.'));
    }
}
