using System.Text;
using System.Text.Json.Nodes;
using Steelyard.Cdp;

namespace Steelyard.Tests.Unit.Cdp;

public sealed class DiscoveryTests
{
    private const string Prefix = "ws://grid.example/sessions/ID";
    private static readonly CdpAddress Address = new(9222, "/devtools/browser/b-1");

    [Fact]
    public void The_browsers_own_address_leads_to_the_sessions_cdp()
    {
        var version = Object("""{"Browser":"Chrome/156","webSocketDebuggerUrl":"ws://127.0.0.1:9222/devtools/browser/b-1"}""");
        Assert.Equal(Prefix + "/cdp", (string?)version["webSocketDebuggerUrl"]);
        Assert.Equal("Chrome/156", (string?)version["Browser"]);
    }

    [Theory]
    [InlineData("ws://127.0.0.1:9222/devtools/page/p-1")]
    [InlineData("ws://localhost:9222/devtools/page/p-1")]
    [InlineData("ws://0.0.0.0/devtools/page/p-1")]
    [InlineData("ws://elsewhere.example:1/devtools/page/p-1")]
    public void A_pages_address_leads_through_us_whatever_host_it_names(string url) =>
        Assert.Equal(Prefix + "/devtools/page/p-1", (string?)Object($$"""{"webSocketDebuggerUrl":"{{url}}"}""")["webSocketDebuggerUrl"]);

    [Fact]
    public void Every_target_of_a_list_is_rewritten()
    {
        var list = JsonNode.Parse(Rewrite("""
            [{"id":"1","webSocketDebuggerUrl":"ws://127.0.0.1:9222/devtools/page/1"},
             {"id":"2"}, null, 7,
             {"id":"3","webSocketDebuggerUrl":"ws://127.0.0.1:9222/devtools/page/3"}]
            """))!.AsArray();
        Assert.Equal(5, list.Count);
        Assert.Equal(Prefix + "/devtools/page/1", (string?)list[0]!["webSocketDebuggerUrl"]);
        Assert.Null(list[1]!["webSocketDebuggerUrl"]);
        Assert.Equal(Prefix + "/devtools/page/3", (string?)list[4]!["webSocketDebuggerUrl"]);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public void The_frontends_parameter_gets_host_and_path_without_a_scheme(string host)
    {
        var target = Object($$"""{"devtoolsFrontendUrl":"/devtools/inspector.html?ws={{host}}:9222/devtools/page/1&x=1"}""");
        Assert.Equal("/devtools/inspector.html?ws=grid.example/sessions/ID/devtools/page/1&x=1", (string?)target["devtoolsFrontendUrl"]);
    }

    [Fact]
    public void The_frontends_parameter_is_named_wss_behind_tls()
    {
        var body = Encoding.UTF8.GetBytes("""{"devtoolsFrontendUrl":"/devtools/inspector.html?ws=127.0.0.1:9222/devtools/page/1"}""");
        var target = JsonNode.Parse(Discovery.Rewrite(body, "wss://grid.example/sessions/ID", "", Address).Span)!;
        Assert.Equal(
            "/devtools/inspector.html?wss=grid.example/sessions/ID/devtools/page/1", (string?)target["devtoolsFrontendUrl"]);
    }

    [Fact]
    public void Everything_else_stays_as_it_is()
    {
        const string other = """
            {"description":"","id":"P","title":"Prices: 5 € <b>&amp;</b>","type":"page","url":"http://127.0.0.1:9222/x?a=1&b=2",
            "n":1.50,"deep":{"webSocketDebuggerUrl":"ws://127.0.0.1:9222/y"}}
            """;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(other), JsonNode.Parse(Rewrite(other))));
    }

    [Theory]
    [InlineData("Target activated")]
    [InlineData("Target is closing")]
    [InlineData("")]
    [InlineData("{\"cut\":")]
    public void What_is_not_json_passes_as_it_is(string text) => Assert.Equal(text, Rewrite(text));

    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("[null]")]
    [InlineData("""{"webSocketDebuggerUrl":null}""")]
    [InlineData("""{"webSocketDebuggerUrl":7}""")]
    [InlineData("""{"webSocketDebuggerUrl":{}}""")]
    [InlineData("""{"webSocketDebuggerUrl":"no address"}""")]
    [InlineData("""{"devtoolsFrontendUrl":["x"]}""")]
    public void Other_json_passes_in_meaning(string json) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), JsonNode.Parse(Rewrite(json))));

    [Theory]
    [InlineData("""{"title":"cut \ud83d","webSocketDebuggerUrl":"ws://127.0.0.1:9222/devtools/page/1"}""")]
    [InlineData("""{"webSocketDebuggerUrl":"\ud800"}""")]
    [InlineData("""{"devtoolsFrontendUrl":"\ud800"}""")]
    [InlineData("""{"\ud800":1}""")]
    public void Half_a_surrogate_pair_does_not_break_it(string json) => Assert.Null(Record.Exception(() => Rewrite(json)));

    [Fact]
    public void A_name_that_comes_twice_does_not_break_it() =>
        Assert.Null(Record.Exception(
            () => Rewrite("""{"webSocketDebuggerUrl":"ws://127.0.0.1:9222/a","webSocketDebuggerUrl":"ws://127.0.0.1:9222/b"}""")));

    private static JsonNode Object(string json) => JsonNode.Parse(Rewrite(json))!;

    private static string Rewrite(string json) =>
        Encoding.UTF8.GetString(Discovery.Rewrite(Encoding.UTF8.GetBytes(json), Prefix, "", Address).Span);
}
