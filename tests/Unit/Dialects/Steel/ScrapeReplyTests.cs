using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Steelyard.Dialects.Steel;

namespace Steelyard.Tests.Unit.Dialects.Steel;

public sealed class ScrapeReplyTests
{
    private const string Scraped = """{"content":{"html":"<p>"},"links":[]}""";

    [Fact]
    public async Task It_is_passed_on_as_it_is()
    {
        var response = await WriteAsync([], Scraped);
        Assert.Equal(Scraped, TextOf(response));
        Assert.Equal((Scraped.Length, "application/json"), (response.ContentLength, response.ContentType));
    }

    [Fact]
    public async Task What_else_was_made_of_the_page_is_beside_it()
    {
        var response = await WriteAsync(new() { ["pdf"] = new JsonObject { ["url"] = "http://p/" } }, Scraped);
        Assert.Equal("""{"pdf":{"url":"http://p/"},"content":{"html":"<p>"},"links":[]}""", TextOf(response));
        Assert.Equal(response.Body.Length, response.ContentLength);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData(" {}")]
    public async Task What_is_no_object_is_refused_before_the_reply_begins(string scraped)
    {
        var refused = await Assert.ThrowsAsync<PageFailedException>(() => WriteAsync([], scraped));
        Assert.Equal(StatusCodes.Status502BadGateway, refused.Status);
    }

    [Fact]
    public Task One_without_a_byte_has_broken_off() => Assert.ThrowsAnyAsync<IOException>(() => WriteAsync([], ""));

    private static async Task<HttpResponse> WriteAsync(JsonObject files, string scraped)
    {
        var response = new DefaultHttpContext().Response;
        response.Body = new MemoryStream();
        var bytes = Encoding.UTF8.GetBytes(scraped);
        await ScrapeReply.WriteAsync(response, files, new(new MemoryStream(bytes), bytes.Length, []), default);
        return response;
    }

    private static string TextOf(HttpResponse response) => Encoding.UTF8.GetString(((MemoryStream)response.Body).ToArray());
}
