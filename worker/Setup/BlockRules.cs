namespace SteelBrowser.Setup;

/// <summary>What a session's browser must not load.</summary>
/// <param name="Hosts">Host names in the form of <see cref="Uri.IdnHost"/>. Their subdomains are blocked, too.</param>
/// <param name="UrlPatterns">Patterns in the form of <see cref="Wildcard"/>.</param>
internal sealed record BlockRules(
    bool Ads, bool Images, bool Media, bool Stylesheets, IReadOnlyList<string> Hosts, IReadOnlyList<string> UrlPatterns)
{
    public static readonly BlockRules Nothing = new(false, false, false, false, [], []);

    public bool IsNothing => !(Ads || Images || Media || Stylesheets) && Hosts.Count == 0 && UrlPatterns.Count == 0;

    /// <summary>CDP's names of the blocked resource types.</summary>
    public IEnumerable<string> ResourceTypes =>
        new[] { Images ? "Image" : null, Media ? "Media" : null, Stylesheets ? "Stylesheet" : null }.OfType<string>();

    /// <summary>
    /// Patterns that match everything to block, and as little else as CDP's wildcards allow. A star also matches slashes, so the final
    /// decision is made by <see cref="Blocks"/>.
    /// </summary>
    public IEnumerable<string> Patterns =>
        AllHosts
            .Select(host => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)
            .SelectMany(host => new[] { $"*://{host}/*", $"*://{host}:*/*", $"*://*.{host}/*", $"*://*.{host}:*/*" })
            .Concat(UrlPatterns);

    private IEnumerable<string> AllHosts => Ads ? Hosts.Concat(AdHosts.All) : Hosts;

    /// <summary>Whether a request is blocked.</summary>
    /// <param name="url">The requested URL.</param>
    /// <param name="resourceType">CDP's name of its resource type.</param>
    public bool Blocks(string url, string resourceType)
    {
        if (ResourceTypes.Contains(resourceType) || UrlPatterns.Any(pattern => Wildcard.Matches(pattern, url)))
            return true;
        return Uri.TryCreate(url, UriKind.Absolute, out var uri) && AllHosts.Any(host =>
            uri.IdnHost == host || (uri.IdnHost.EndsWith(host, StringComparison.Ordinal) && uri.IdnHost[^(host.Length + 1)] == '.'));
    }
}
