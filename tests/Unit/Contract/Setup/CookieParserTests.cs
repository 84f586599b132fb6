using Steelyard.Contract.Setup;
using static Steelyard.Tests.Unit.Contract.Input.Refused;

namespace Steelyard.Tests.Unit.Contract.Setup;

public sealed class CookieParserTests
{
    [Fact]
    public void What_a_browser_tells_of_a_cookie_comes_back_without_what_it_does_not_take()
    {
        const string Told = """
            {"name":"n","value":"","domain":".example.com","path":"/","expires":1e9,"size":5,"httpOnly":true,"secure":false,
             "session":false,"sameSite":"Lax","priority":"Medium","sourceScheme":"Secure","sourcePort":443,
             "partitionKey":{"topLevelSite":"https://example.com","hasCrossSiteAncestor":false},"odd":[]}
            """;
        const string Taken = """
            {"name":"n","value":"","domain":".example.com","path":"/","expires":1000000000,"httpOnly":true,"secure":false,
            "sameSite":"Lax","priority":"Medium","sourceScheme":"Secure","sourcePort":443,
            "partitionKey":{"topLevelSite":"https://example.com","hasCrossSiteAncestor":false}}
            """;
        Assert.Equal(Taken.ReplaceLineEndings(""), Parse(Told));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("-0.5")]
    [InlineData("null")]
    public void A_cookie_that_ends_with_its_browser_has_no_time(string expires) =>
        Assert.Equal(
            """{"name":"n","value":"v","domain":"d"}""",
            Parse($$"""{"name":"n","value":"v","domain":"d","expires":{{expires}}}"""));

    [Theory]
    [InlineData("""{"value":"v","domain":"d"}""", "c.name")]
    [InlineData("""{"name":"n","domain":"d"}""", "c.value")]
    [InlineData("""{"name":null,"value":"v","domain":"d"}""", "c.name")]
    [InlineData("""{"name":"n","value":"v"}""", "c.domain")]
    [InlineData("""{"name":"n","value":"v","path":"/"}""", "c.domain")]
    [InlineData("""{"name":"n","value":1,"domain":"d"}""", "c.value")]
    [InlineData("""{"name":"n","value":"\ud800","domain":"d"}""", "c.value")]
    [InlineData("""{"name":"n","value":"v","domain":""}""", "c.domain")]
    [InlineData("""{"name":"n","value":"v","domain":"d","secure":1}""", "c.secure")]
    [InlineData("""{"name":"n","value":"v","domain":"d","expires":-2}""", "c.expires")]
    [InlineData("""{"name":"n","value":"v","domain":"d","expires":1e300}""", "c.expires")]
    [InlineData("""{"name":"n","value":"v","domain":"d","expires":"never"}""", "c.expires")]
    [InlineData("""{"name":"n","value":"v","domain":"d","sameSite":"lax"}""", "c.sameSite")]
    [InlineData("""{"name":"n","value":"v","domain":"d","sourcePort":65536}""", "c.sourcePort")]
    [InlineData("""{"name":"n","value":"v","domain":"d","partitionKey":"https://x"}""", "c.partitionKey")]
    [InlineData("""{"name":"n","value":"v","domain":"d","partitionKey":{"site":"x"}}""", "c.partitionKey.site")]
    [InlineData("""{"name":"n","value":"v","domain":"d","name":"m"}""", "c.name")]
    [InlineData("[]", "c")]
    [InlineData("\"n=v\"", "c")]
    public void What_cannot_be_meant_is_refused_by_name(string json, string field) => Assert.Equal(field, Field(() => Parse(json)));

    [Fact]
    public void A_text_has_a_greatest_length()
    {
        Parse(With(4096));
        Assert.Equal("c.value", Field(() => Parse(With(4097))));

        static string With(int length) => $$"""{"name":"n","value":"{{new string('v', length)}}","url":"https://d"}""";
    }

    private static string Parse(string json) => CookieParser.Parse(Json(json), "c").GetRawText();
}
