using System.Text.Json;
using System.Text.Json.Nodes;
using SmartReader;

namespace Steelyard.Api.Steel;

/// <summary>Turns what a worker has scraped into a reply of the Steel dialect, in the formats the client has asked for.</summary>
internal static class ScrapeReply
{
    /// <summary>
    /// Makes the reply, as JSON. Takes a while: call it where nobody waits for the thread. Throws <see cref="UnreadablePageException"/>, whatever a page's content
    /// does to those who read it.
    /// </summary>
    /// <param name="scraped">The worker's JSON.</param>
    /// <param name="formats">html, cleaned_html, markdown, readability; none means html.</param>
    /// <param name="files">Addresses of what else was made of the page, by name.</param>
    public static byte[] From(ReadOnlyMemory<byte> scraped, IReadOnlyList<string> formats, IEnumerable<KeyValuePair<string, string>> files)
    {
        try
        {
            var reply = Convert(scraped, formats);
            foreach (var (name, url) in files)
                reply[name] = new JsonObject { ["url"] = url };
            return JsonSerializer.SerializeToUtf8Bytes(reply);
        }
        catch (Exception e) when (e is not UnreadablePageException)
        {
            throw new UnreadablePageException("The page holds what cannot be read, or not be told.", e);
        }
    }

    private static JsonObject Convert(ReadOnlyMemory<byte> scraped, IReadOnlyList<string> formats)
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
