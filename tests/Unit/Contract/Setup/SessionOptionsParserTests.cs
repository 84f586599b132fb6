using Steelyard.Contract.Setup;
using static Steelyard.Tests.Unit.Contract.Input.Refused;

namespace Steelyard.Tests.Unit.Contract.Setup;

public sealed class SessionOptionsParserTests
{
    [Fact]
    public void Every_option_arrives()
    {
        var options = Parse("""
            {
              "dimensions": {"width": 100, "height": 4320}, "userAgent": "A b/1 (~)", "timezone": "America/Argentina/Buenos_Aires",
              "locale": "zh-Hans-CN",
              "mobile": true, "proxy": {"url": "http://p:1"},
              "block": {"ads": true, "images": true, "media": true, "stylesheets": true, "hosts": ["A.example"], "urlPatterns": ["*x*"]},
              "context": {"cookies": [{"name": "n", "value": "v", "domain": "d"}]}
            }
            """);
        Assert.Equal(new Dimensions(100, 4320), options.Dimensions);
        Assert.Equal(("A b/1 (~)", "America/Argentina/Buenos_Aires", "zh-Hans-CN"), (options.UserAgent, options.TimeZone, options.Locale));
        Assert.True(options.IsMobile && options.NeedsLaunch);
        Assert.Equal(("p", 1), (options.Proxy!.Host, options.Proxy.Port));
        Assert.True(options.Block is { Ads: true, Images: true, Media: true, Stylesheets: true });
        Assert.Equal("a.example", Assert.Single(options.Block.Hosts));
        Assert.Equal("*x*", Assert.Single(options.Block.UrlPatterns));
        Assert.Single(options.Context.Cookies);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData(
        """{"dimensions":null,"userAgent":null,"timezone":null,"locale":null,"mobile":null,"proxy":null,"block":null,"context":null}""")]
    [InlineData("""{"block":{},"context":{}}""")]
    public void Nothing_asked_for_is_nothing_to_do(string json)
    {
        var options = Parse(json);
        Assert.False(options.NeedsLaunch);
        Assert.True(options.Block.IsNothing && options.Context.IsEmpty);
    }

    [Theory]
    [InlineData("UTC")]
    [InlineData("EST5EDT")]
    [InlineData("Etc/GMT+12")]
    [InlineData("GB-Eire")]
    public void A_zone_may_have_digits_and_signs(string name) => Assert.Equal(name, Parse($$"""{"timezone":"{{name}}"}""").TimeZone);

    [Theory]
    [InlineData("""{"dimensions":{"width":99,"height":100}}""", "dimensions.width")]
    [InlineData("""{"dimensions":{"width":7681,"height":100}}""", "dimensions.width")]
    [InlineData("""{"dimensions":{"width":100,"height":99}}""", "dimensions.height")]
    [InlineData("""{"dimensions":{"width":7680,"height":4321}}""", "dimensions.height")]
    [InlineData("""{"dimensions":{"width":100.5,"height":100}}""", "dimensions.width")]
    [InlineData("""{"dimensions":{"width":"800","height":100}}""", "dimensions.width")]
    [InlineData("""{"dimensions":{"width":800}}""", "dimensions.height")]
    [InlineData("""{"dimensions":{"width":100,"height":100,"depth":1}}""", "dimensions.depth")]
    [InlineData("""{"dimensions":[800,600]}""", "dimensions")]
    [InlineData("""{"dimensions":{"width":100,"width":200,"height":100}}""", "dimensions.width")]
    [InlineData("""{"userAgent":""}""", "userAgent")]
    [InlineData("""{"userAgent":"a\u0000b"}""", "userAgent")]
    [InlineData("""{"userAgent":"a\nb"}""", "userAgent")]
    [InlineData("""{"userAgent":"ä"}""", "userAgent")]
    [InlineData("""{"userAgent":"\ud800"}""", "userAgent")]
    [InlineData("""{"timezone":"../../etc/passwd"}""", "timezone")]
    [InlineData("""{"timezone":"/UTC"}""", "timezone")]
    [InlineData("""{"timezone":"A/B/C/D"}""", "timezone")]
    [InlineData("""{"timezone":"Europe/Nowhere"}""", "timezone")]
    [InlineData("""{"timezone":"UTC\n"}""", "timezone")]
    [InlineData("""{"timezone":"UTC'"}""", "timezone")]
    [InlineData("""{"locale":"d"}""", "locale")]
    [InlineData("""{"locale":"de_DE"}""", "locale")]
    [InlineData("""{"locale":"de-DE\n"}""", "locale")]
    [InlineData("""{"locale":"de','x"}""", "locale")]
    [InlineData("""{"mobile":"yes"}""", "mobile")]
    [InlineData("""{"mobile":true,"mobile":false}""", "mobile")]
    [InlineData("""{"block":{"hosts":"a"}}""", "block.hosts")]
    [InlineData("""{"block":{"hosts":["a.example",""]}}""", "block.hosts[1]")]
    [InlineData("""{"block":{"hosts":["*.example"]}}""", "block.hosts[0]")]
    [InlineData("""{"block":{"hosts":["a.example:80"]}}""", "block.hosts[0]")]
    [InlineData("""{"block":{"hosts":["a b"]}}""", "block.hosts[0]")]
    [InlineData("""{"block":{"urlPatterns":[7]}}""", "block.urlPatterns[0]")]
    [InlineData("""{"block":{"fonts":true}}""", "block.fonts")]
    [InlineData("""{"speed":1}""", "speed")]
    [InlineData("""{"Mobile":true}""", "Mobile")]
    [InlineData("[]", null)]
    public void What_cannot_be_meant_is_refused_by_name(string json, string? field) => Assert.Equal(field, Field(() => Parse(json)));

    [Theory]
    [InlineData("userAgent", 1024)]
    [InlineData("locale", 0)]
    [InlineData("timezone", 0)]
    public void A_text_has_a_greatest_length(string name, int most)
    {
        if (most > 0)
            Parse($$"""{"{{name}}":"{{new string('a', most)}}"}""");
        Assert.Equal(name, Field(() => Parse($$"""{"{{name}}":"{{new string('a', most + 1)}}"}""")));
    }

    [Theory]
    [InlineData("hosts", 1000)]
    [InlineData("urlPatterns", 1000)]
    public void A_list_has_a_greatest_length(string name, int most)
    {
        Parse(List(most));
        Assert.Equal($"block.{name}", Field(() => Parse(List(most + 1))));

        string List(int count) => $$$"""{"block":{"{{{name}}}":[{{{string.Join(',', Enumerable.Repeat("\"a.example\"", count))}}}]}}""";
    }

    [Theory]
    [InlineData("Bücher.example", "xn--bcher-kva.example")]
    [InlineData("0:0:0:0:0:0:0:1", "::1")]
    [InlineData("127.1", "127.0.0.1")]
    public void A_host_is_written_as_browsers_write_it(string host, string written) =>
        Assert.Equal([written], Parse($$$"""{"block":{"hosts":["{{{host}}}"]}}""").Block.Hosts);

    private static SessionOptions Parse(string json) => SessionOptionsParser.Parse(Json(json));
}
