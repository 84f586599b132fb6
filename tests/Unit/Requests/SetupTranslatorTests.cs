using System.Text;
using System.Text.Json;
using Steelyard.Contract.Setup;
using Steelyard.Http;
using Steelyard.Requests;

namespace Steelyard.Tests.Unit.Requests;

public sealed class SetupTranslatorTests
{
    [Theory]
    [InlineData("""{"dimensions":{"width":800,"height":600,"depth":1}}""", """{"dimensions":{"width":800,"height":600},"block":{}}""")]
    [InlineData("""{"deviceConfig":{"device":"mobile"},"locale":"de-DE"}""", """{"locale":"de-DE","mobile":true,"block":{}}""")]
    [InlineData(
        """{"proxyUrl":"http://a%40b:p:w@host:8080"}""",
        """{"proxy":{"url":"http://host:8080/","username":"a@b","password":"p:w"},"block":{}}""")]
    [InlineData("""{"useProxy":{"server":"socks5://h"}}""", """{"proxy":{"url":"socks5://h/"},"block":{}}""")]
    [InlineData(
        """{"blockAds":true,"optimizeBandwidth":true}""",
        """{"block":{"ads":true,"images":true,"media":true,"stylesheets":true}}""")]
    [InlineData(
        """{"optimizeBandwidth":{"blockHosts":["a.example"],"blockUrlPatterns":["*x*"],"blockImages":true}}""",
        """{"block":{"images":true,"hosts":["a.example"],"urlPatterns":["*x*"]}}""")]
    [InlineData(
        """{"sessionContext":{"cookies":[],"localStorage":{"https://a.example":{"k":"v"}},"indexedDB":{},"more":1}}""",
        """{"block":{},"context":{"cookies":[],"localStorage":{"https://a.example":{"k":"v"}}}}""")]
    public void Every_field_arrives_in_the_form_of_the_worker(string body, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(Translate(body).Json.Span));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"deviceConfig":{"device":"desktop"},"blockAds":false,"optimizeBandwidth":false}""")]
    [InlineData("""{"useProxy":false,"sessionContext":{"indexedDB":{}}}""")]
    public void What_asks_for_nothing_gives_no_options(string body) => Assert.False(Translate(body).Options.AreGiven);

    [Theory]
    [InlineData("""{"dimensions":{}}""", "dimensions.width")]
    [InlineData("""{"dimensions":"large"}""", "dimensions")]
    [InlineData("""{"deviceConfig":{"device":"watch"}}""", "deviceConfig.device")]
    [InlineData("""{"timezone":"Mars/Olympus"}""", "timezone")]
    [InlineData("""{"proxyUrl":"http://host:1/path"}""", "proxyUrl")]
    [InlineData("""{"useProxy":{"server":"ftp://host:1"}}""", "useProxy.server")]
    [InlineData("""{"blockAds":1}""", "blockAds")]
    [InlineData("""{"optimizeBandwidth":{"blockMedia":1}}""", "optimizeBandwidth.blockMedia")]
    [InlineData("""{"optimizeBandwidth":{"blockHosts":["a b"]}}""", "optimizeBandwidth.blockHosts[0]")]
    [InlineData("""{"sessionContext":{"cookies":[{"name":"a"}]}}""", "sessionContext.cookies[0].value")]
    public void A_bad_value_is_refused_under_the_name_that_the_client_knows(string body, string field)
    {
        var refusal = Assert.Throws<FieldException>(() => Translate(body));
        Assert.Equal((400, field), (refusal.Status, refusal.Field));
    }

    [Theory]
    [InlineData("""{"dimensions":{"width":1,"height":100}}""", "'dimensions.width' must be a whole number from 100 to 7680.")]
    [InlineData(
        """{"proxyUrl":"http://:secret@host:1"}""",
        "'proxyUrl' cannot be used: its user name must be a string of 1 to 255 characters.")]
    [InlineData(
        """{"proxyUrl":"ftp://host:1"}""", "'proxyUrl' cannot be used: its address must begin with http://, https:// or socks5://.")]
    [InlineData("""{"sessionContext":{"cookies":[{"name":"a"}]}}""", "'sessionContext.cookies[0]' needs a value.")]
    [InlineData(
        """{"sessionContext":{"cookies":[{"name":"a","value":"b","url":"u","partitionKey":{"x":1}}]}}""",
        "unknown field: 'sessionContext.cookies[0].partitionKey.x'.")]
    public void The_message_has_no_name_that_only_a_worker_knows(string body, string message) =>
        Assert.Equal(message, Assert.Throws<FieldException>(() => Translate(body)).Message);

    private static (SessionOptions Options, ReadOnlyMemory<byte> Json) Translate(string body)
    {
        using var document = JsonDocument.Parse(body);
        return SetupTranslator.Translate(Fields.Of(document.RootElement));
    }
}
