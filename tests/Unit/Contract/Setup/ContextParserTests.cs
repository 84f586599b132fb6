using System.Text.Json.Nodes;
using Steelyard.Contract.Setup;
using static Steelyard.Tests.Unit.Contract.Input.Refused;

namespace Steelyard.Tests.Unit.Contract.Setup;

public sealed class ContextParserTests
{
    [Fact]
    public void Both_storages_of_an_origin_come_together()
    {
        var context = Parse("""
            {"cookies":[{"name":"n","value":"v","domain":"d"}],"localStorage":{"https://a.example":{"k":"1","":""}},
             "sessionStorage":{"https://a.example":{"k":"2"},"http://b.example:81/":{"\u0000":"\n"}},"indexedDB":{}}
            """);
        Assert.Single(context.Cookies);
        Assert.Equal(["https://a.example", "http://b.example:81"], context.Origins.Select(origin => origin.Origin));
        Assert.Equal([("k", "1"), ("", "")], context.Origins[0].Local);
        Assert.Equal([("k", "2")], context.Origins[0].Session);
        Assert.Empty(context.Origins[1].Local);
        Assert.Equal([("\0", "\n")], context.Origins[1].Session);
    }

    [Theory]
    [InlineData("HTTPS://A.example:443", "https://a.example")]
    [InlineData("https://bücher.example", "https://xn--bcher-kva.example")]
    [InlineData("http://[0:0::1]:8080", "http://[::1]:8080")]
    public void An_origin_is_written_as_browsers_write_it(string given, string written) =>
        Assert.Equal(written, Parse($$"""{"localStorage":{"{{given}}":{"k":"v"} } }""").Origins.Single().Origin);

    [Theory]
    [InlineData("""{"localStorage":{"example.com":{}}}""", "c.localStorage.example.com")]
    [InlineData("""{"localStorage":{"ftp://a":{}}}""", "c.localStorage.ftp://a")]
    [InlineData("""{"localStorage":{"https://a/path":{}}}""", "c.localStorage.https://a/path")]
    [InlineData("""{"localStorage":{"https://a?q":{}}}""", "c.localStorage.https://a?q")]
    [InlineData("""{"localStorage":{"https://a#f":{}}}""", "c.localStorage.https://a#f")]
    [InlineData("""{"localStorage":{"https://me@a":{}}}""", "c.localStorage.https://me@a")]
    [InlineData("""{"localStorage":{"null":{}}}""", "c.localStorage.null")]
    [InlineData("""{"localStorage":{"":{}}}""", "c.localStorage.")]
    [InlineData("""{"localStorage":{"https://a":[]}}""", "c.localStorage.https://a")]
    [InlineData("""{"localStorage":{"https://a":{"k":1}}}""", "c.localStorage.https://a.k")]
    [InlineData("""{"localStorage":{"https://a":{"k":"\udc00"}}}""", "c.localStorage.https://a.k")]
    [InlineData("""{"localStorage":{"https://a":{"\udc00":"v"}}}""", "c.localStorage.https://a")]
    [InlineData("""{"localStorage":{"https://a":{"k":"1","k":"2"}}}""", "c.localStorage.https://a.k")]
    [InlineData("""{"localStorage":{"https://a":{"k":"1"},"https://A:443":{"l":"2"}}}""", "c.localStorage.https://A:443")]
    [InlineData("""{"localStorage":[]}""", "c.localStorage")]
    [InlineData("""{"cookies":{}}""", "c.cookies")]
    [InlineData("""{"cookies":[1]}""", "c.cookies[0]")]
    [InlineData("""{"indexedDB":{"https://a":{}}}""", "c.indexedDB")]
    [InlineData("""{"indexedDB":[]}""", "c.indexedDB")]
    [InlineData("""{"history":[]}""", "c.history")]
    [InlineData("[]", "c")]
    public void What_cannot_be_meant_is_refused_by_name(string json, string field) => Assert.Equal(field, Field(() => Parse(json)));

    [Fact]
    public void Cookies_have_a_greatest_number()
    {
        Assert.Equal(5000, Parse(With(5000)).Cookies.Count);
        Assert.Equal("c.cookies", Field(() => Parse(With(5001))));

        static string With(int count) =>
            $$"""{"cookies":[{{string.Join(',', Enumerable.Repeat("""{"name":"n","value":"v","domain":"d"}""", count))}}]}""";
    }

    [Theory]
    [InlineData("localStorage")]
    [InlineData("sessionStorage")]
    public void Origins_have_a_greatest_number(string storage)
    {
        Assert.Equal(100, Parse(With(100)).Origins.Count);
        Assert.Equal($"c.{storage}", Field(() => Parse(With(101))));

        string With(int count) => new JsonObject { [storage] = new JsonObject(Enumerable.Range(0, count).Select(Origin)) }.ToJsonString();

        static KeyValuePair<string, JsonNode?> Origin(int i) => new($"https://a{i}.example", new JsonObject());
    }

    private static SessionContext Parse(string json) => ContextParser.Parse(Json(json), "c");
}
