namespace SteelBrowser.Setup;

/// <summary>What a session's browser shall not load.</summary>
/// <param name="Hosts">As <see cref="Uri.IdnHost"/> has them; their subdomains as well.</param>
/// <param name="UrlPatterns">As <see cref="Wildcard"/> reads them.</param>
internal sealed record BlockRules(bool Ads, bool Images, bool Media, bool Stylesheets, IReadOnlyList<string> Hosts, IReadOnlyList<string> UrlPatterns)
{
    public static readonly BlockRules Nothing = new(false, false, false, false, [], []);

    public bool IsNothing => !(Ads || Images || Media || Stylesheets) && Hosts.Count == 0 && UrlPatterns.Count == 0;

    /// <summary>CDP's names of the kinds of resources.</summary>
    public IEnumerable<string> ResourceTypes =>
        new[] { Images ? "Image" : null, Media ? "Media" : null, Stylesheets ? "Stylesheet" : null }.OfType<string>();

    /// <summary>
    /// Patterns that match everything to be blocked, and as little else as CDP's wildcards allow: a star also matches slashes. So
    /// <see cref="Blocks"/> has the last word.
    /// </summary>
    public IEnumerable<string> Patterns =>
        AllHosts.Select(host => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host).SelectMany(host => new[] { $"*://{host}/*", $"*://{host}:*/*", $"*://*.{host}/*", $"*://*.{host}:*/*" }).Concat(UrlPatterns);

    private IEnumerable<string> AllHosts => Ads ? Hosts.Concat(AdHosts.All) : Hosts;

    /// <param name="url">What is asked for.</param>
    /// <param name="resourceType">CDP's name of its kind.</param>
    public bool Blocks(string url, string resourceType)
    {
        if (ResourceTypes.Contains(resourceType) || UrlPatterns.Any(pattern => Wildcard.Matches(pattern, url)))
            return true;
        return Uri.TryCreate(url, UriKind.Absolute, out var uri) && AllHosts.Any(host =>
            uri.IdnHost == host || (uri.IdnHost.EndsWith(host, StringComparison.Ordinal) && uri.IdnHost[^(host.Length + 1)] == '.'));
    }
}
