using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Steelyard.Dialects.Connect;
using Steelyard.Http;

namespace Steelyard.Tests.Functional;

/// <summary>
/// Well-formed JSON that is not valid text, or that repeats a name in an object, is answered with 400, not with a server error.
/// </summary>
public sealed class BadTextTests
{
    [Theory]
    [InlineData("/v1/sessions", """{"userAgent":"\ud800"}""")]
    [InlineData("/v1/sessions", """{"\ud800":1}""")]
    [InlineData("/v1/sessions", """{"metadata":{"\udc00":"x"}}""")]
    [InlineData("/v1/sessions", """{"sessionContext":{"localStorage":{"https://a.example":{"\ud800x":"y"}}}}""")]
    [InlineData("/v1/sessions", """{"sessionContext":{"cookies":[{"name":"a","value":"\ud800","url":"https://a.example"}]}}""")]
    [InlineData("/v1/scrape", """{"url":"http://a.example/\ud800"}""")]
    [InlineData("/v1/pdf", """{"\ud800":"http://a.example/"}""")]
    [InlineData("/sessions", """{"\ud800":"\udc00"}""")]
    public async Task Half_a_surrogate_pair_is_400(string path, string body)
    {
        await using var node = await TestNode.StartAsync(options => options);
        using var reply = await node.Http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
        Assert.Contains("surrogate", await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(0, node.Pool.Status().Leased);
    }

    [Theory]
    [InlineData("""{"a":"\ud83d\ude42"}""")]
    [InlineData("""{"\ud83d\ude42":"\\ud800"}""")]
    public async Task A_whole_pair_is_a_text(string body)
    {
        await using var node = await TestNode.StartAsync(options => options);
        await node.CreateAsync(body);
    }

    [Theory]
    [InlineData("""{"args":[],"args":[]}""")]
    [InlineData("""{"args":["--lang=de"],"\ud800":1}""")]
    [InlineData("""{"args":["--lang=\ud800"]}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public void Launch_options_that_cannot_be_read_are_named(string launch)
    {
        var query = new QueryCollection(new Dictionary<string, StringValues> { ["launch"] = launch });
        Assert.Equal("launch", Assert.Throws<FieldException>(() => ConnectQuery.Options(query)).Field);
    }
}
