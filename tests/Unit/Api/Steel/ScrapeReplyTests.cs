using System.Text;
using System.Text.Json.Nodes;
using Steelyard.Api.Steel;

namespace Steelyard.Tests.Unit.Api.Steel;

public sealed class ScrapeReplyTests
{
    private const string Page = """
        {"html":"<html><head><title>T</title></head><body><article><h1>News</h1>BODY</article></body></html>","cleaned_html":"<body><h1>News</h1></body>",
         "links":[{"text":"a","url":"http://a/"}],"metadata":{"statusCode":200,"title":"T","urlSource":"http://site.example/"}}
        """;

    [Fact]
    public void Each_format_that_is_asked_for_is_there_and_no_other()
    {
        var body = string.Concat(Enumerable.Repeat("<p>" + string.Concat(Enumerable.Repeat("Many words of a long story, told at length. ", 10)) + "</p>", 10));
        var reply = From(Page.Replace("BODY", body, StringComparison.Ordinal), "markdown", "readability", "cleaned_html");
        var content = reply["content"]!.AsObject();
        Assert.Equal(["cleaned_html", "markdown", "readability"], content.Select(pair => pair.Key).Order());
        Assert.Equal("# News\n", (string?)content["markdown"]);
        Assert.Contains("Many words of a long story", (string?)content["readability"]!["textContent"], StringComparison.Ordinal);
        Assert.Equal("T", (string?)content["readability"]!["title"]);
        Assert.Equal("http://a/", (string?)reply["links"]![0]!["url"]);
        Assert.Equal("http://p/", (string?)reply["pdf"]!["url"]);
        Assert.Equal(200, (int)reply["metadata"]!["statusCode"]!);
        Assert.Equal(["html"], From(Page)["content"]!.AsObject().Select(pair => pair.Key));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"html\":7}")]
    [InlineData("{\"html\":\"\\ud800\"}")]
    [InlineData("{\"html\":\"\",\"metadata\":7}")]
    [InlineData("{\"html\":\"\",\"metadata\":{\"title\":\"\\ud800\"}}")]
    [InlineData("{\"html\":\"\",\"metadata\":{\"\\ud800\":1}}")]
    [InlineData("{\"html\":\"\",\"html\":\"\"}")]
    [InlineData("{\"html\":\"\",\"metadata\":{\"urlSource\":\"no address\"}}")]
    public void What_no_page_of_ours_can_say_is_unreadable_or_read_and_never_an_error_of_ours(string scraped)
    {
        foreach (var format in new[] { "html", "markdown", "readability" })
        {
            if (Record.Exception(() => From(scraped, format)) is { } e)
                Assert.IsType<UnreadablePageException>(e);
        }
    }

    [Fact]
    public void Depth_without_end_is_unreadable()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 5000)) + string.Concat(Enumerable.Repeat("]", 5000));
        Assert.Throws<UnreadablePageException>(() => From($$$"""{"html":"","metadata":{"jsonLd":{{{deep}}}}}"""));
    }

    private static JsonObject From(string scraped, params string[] formats) =>
        JsonNode.Parse(ScrapeReply.From(Encoding.UTF8.GetBytes(scraped), formats, [KeyValuePair.Create("pdf", "http://p/")]))!.AsObject();
}
