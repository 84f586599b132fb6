using Steelyard.Contract.Setup;
using static Steelyard.Tests.Unit.Contract.Input.Refused;

namespace Steelyard.Tests.Unit.Contract.Setup;

public sealed class ProxyParserTests
{
    [Fact]
    public void An_address_and_credentials_are_read()
    {
        Assert.Equal(
            new ProxyServer(ProxyKind.Http, "host", 3128, "me", "se:cret"),
            Parse("""{"url":"http://host:3128","username":"me","password":"se:cret"}"""));
        Assert.Equal(new ProxyServer(ProxyKind.Http, "host", 3128, null, ""), Parse("""{"url":"HTTP://HOST:3128/"}"""));
        Assert.Equal(new ProxyServer(ProxyKind.Socks5, "::1", 9, "a:b", ""), Parse("""{"url":"socks5://[::1]:9","username":"a:b"}"""));
    }

    [Fact]
    public void A_port_left_out_is_the_usual_one()
    {
        Assert.Equal((ProxyKind.Http, 80), (Parse("""{"url":"http://h"}""").Kind, Parse("""{"url":"http://h"}""").Port));
        Assert.Equal((ProxyKind.Https, 443), (Parse("""{"url":"https://h"}""").Kind, Parse("""{"url":"https://h"}""").Port));
        Assert.Equal((ProxyKind.Socks5, 1080), (Parse("""{"url":"socks5://h"}""").Kind, Parse("""{"url":"socks5://h"}""").Port));
    }

    [Fact]
    public void A_name_beyond_ascii_becomes_punycode() =>
        Assert.Equal("xn--bcher-kva.example", Parse("""{"url":"http://bücher.example"}""").Host);

    [Theory]
    [InlineData("{}", "p.url")]
    [InlineData("""{"url":"host:3128"}""", "p.url")]
    [InlineData("""{"url":"ftp://host"}""", "p.url")]
    [InlineData("""{"url":"http://"}""", "p.url")]
    [InlineData("""{"url":"http://me:secret@host"}""", "p.url")]
    [InlineData("""{"url":"http://host/path"}""", "p.url")]
    [InlineData("""{"url":"http://host?q"}""", "p.url")]
    [InlineData("""{"url":"http://host#f"}""", "p.url")]
    [InlineData("""{"url":"http://host:0"}""", "p.url")]
    [InlineData("""{"url":"http://host:65536"}""", "p.url")]
    [InlineData("""{"url":"http://ho\u0000st"}""", "p.url")]
    [InlineData("""{"url":"http://ho st"}""", "p.url")]
    [InlineData("""{"url":"http://a\r\nb"}""", "p.url")]
    [InlineData("""{"url":1}""", "p.url")]
    [InlineData("""{"url":"http://a","url":"http://b"}""", "p.url")]
    [InlineData("""{"url":"http://h","password":"x"}""", "p.username")]
    [InlineData("""{"url":"http://h","username":""}""", "p.username")]
    [InlineData("""{"url":"http://h","username":"a:b"}""", "p.username")]
    [InlineData("""{"url":"http://h","username":"a\r\nHost: x"}""", "p.username")]
    [InlineData("""{"url":"http://h","username":"a","password":"\u0000"}""", "p.password")]
    [InlineData("""{"url":"http://h","user":"a"}""", "p.user")]
    [InlineData("\"http://h\"", "p")]
    public void What_cannot_be_meant_is_refused_by_name(string json, string field) => Assert.Equal(field, Field(() => Parse(json)));

    [Theory]
    [InlineData('a', 255)]
    [InlineData('ä', 127)]
    public void Credentials_are_counted_in_bytes(char character, int most)
    {
        Parse(With(most));
        Assert.Equal("p.username", Field(() => Parse(With(most + 1))));

        string With(int count) => $$"""{"url":"http://h","username":"{{new string(character, count)}}"}""";
    }

    private static ProxyServer Parse(string json) => ProxyParser.Parse(Json(json), "p");
}
