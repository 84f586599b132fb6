using System.Text;

namespace SteelBrowser.Pages;

/// <summary>
/// Turns a page into text, inside the page itself: hostile content can only harm its own session. The scripts are embedded in the program:
/// <c>Scripts/scrape.js</c> and the libraries it uses.
/// </summary>
internal static class ScrapeScript
{
    private static readonly Lazy<string> Markdown = new(() => Read("turndown.js"));
    private static readonly Lazy<string> Readability = new(() => Read("readability.js"));
    private static readonly Lazy<string> Scrape = new(() => Read("scrape.js"));

    /// <summary>The formats that a page can be turned into.</summary>
    public static readonly IReadOnlyList<string> Formats = ["html", "cleaned_html", "markdown", "readability"];

    /// <summary>A JavaScript expression whose value is the answer of a scrape, as a JSON string.</summary>
    /// <param name="formats">Some of <see cref="Formats"/>.</param>
    /// <param name="state">What <see cref="OpenedPage.State"/> says; it becomes part of the metadata.</param>
    public static string For(IReadOnlyList<string> formats, string state)
    {
        // The libraries export themselves to `module` if it exists, and an element of that name in the page would count as one.
        var script = new StringBuilder("(() => { const module = undefined;\n");
        if (formats.Contains("markdown"))
            script.Append(Markdown.Value);
        if (formats.Contains("readability"))
            script.Append(Readability.Value);
        return script.Append(Scrape.Value)
            .Append($"return scrape([{string.Join(',', formats.Select(format => $"'{format}'"))}], {state}); }})()")
            .ToString();
    }

    private static string Read(string name)
    {
        using var resource = typeof(ScrapeScript).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not built in");
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd() + "\n";
    }
}
