using System.Text.Json.Nodes;
using SmartReader;

namespace Steelyard.Api.Steel;

/// <summary>Turns what a worker has scraped into a reply of the Steel dialect, in the formats the client has asked for.</summary>
internal static class ScrapeReply
{
    /// <summary>Makes the reply. Converting takes a while: call it where nobody waits for the thread.</summary>
    /// <param name="scraped">The worker's JSON.</param>
    /// <param name="formats">html, cleaned_html, markdown, readability; none means html.</param>
    public static JsonObject From(ReadOnlyMemory<byte> scraped, IReadOnlyList<string> formats)
    {
        var page = JsonNode.Parse(scraped.Span)!.AsObject();
        var html = (string?)page["html"] ?? "";
        var address = (string?)page["metadata"]?["urlSource"] ?? "about:blank";
        var content = new JsonObject();
        foreach (var format in formats.Count == 0 ? ["html"] : formats)
        {
            content[format] = format switch
            {
                "html" => html,
                "cleaned_html" => (string?)page["cleaned_html"],
                "markdown" => Markdown.From((string?)page["cleaned_html"] ?? ""),
                _ => Readability(address, html),
            };
        }

        return new() { ["content"] = content, ["links"] = page["links"]?.DeepClone() ?? new JsonArray(), ["metadata"] = page["metadata"]?.DeepClone() };
    }

    private static JsonObject Readability(string address, string html)
    {
        var article = new Reader(address, html).GetArticle();
        return new()
        {
            ["title"] = article.Title,
            ["byline"] = article.Byline,
            ["content"] = article.Content,
            ["textContent"] = article.TextContent,
            ["excerpt"] = article.Excerpt,
            ["length"] = article.Length,
            ["siteName"] = article.SiteName,
            ["lang"] = article.Language,
        };
    }
}
