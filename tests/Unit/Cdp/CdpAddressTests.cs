using System.Text;
using Steelyard.Cdp;

namespace Steelyard.Tests.Unit.Cdp;

public sealed class CdpAddressTests
{
    [Theory]
    [InlineData("ws://127.0.0.1:9222/devtools/browser/b-1", 9222, "/devtools/browser/b-1")]
    [InlineData("ws://localhost:9222/devtools/browser/b-1", 9222, "/devtools/browser/b-1")]
    [InlineData("ws://127.0.0.1:65535/?token=x", 65535, "/?token=x")]
    [InlineData("ws://127.0.0.1:1", 1, "/")]
    [InlineData("ws://127.0.0.1/b", 80, "/b")]
    [InlineData("WS://LOCALHOST:9222/b", 9222, "/b")]
    public void A_loopback_address_is_read(string url, int port, string path) =>
        Assert.Equal(new(port, path), Parse($$"""{"Browser":"x","webSocketDebuggerUrl":"{{url}}"}"""));

    [Theory]
    [InlineData("ws://10.0.0.1:9222/b")]
    [InlineData("ws://0.0.0.0:9222/b")]
    [InlineData("ws://example.com:9222/b")]
    [InlineData("ws://localhost.example.com:9222/b")]
    [InlineData("ws://127.0.0.1@example.com:9222/b")]
    [InlineData("ws://127.0.0.1.example.com:9222/b")]
    [InlineData("ws://169.254.169.254/latest")]
    [InlineData("ws://[fe80::1]:9222/b")]
    public void An_address_elsewhere_is_not_believed(string url) => Assert.Null(Parse($$"""{"webSocketDebuggerUrl":"{{url}}"}"""));

    [Theory]
    [InlineData("wss://127.0.0.1:9222/b")]
    [InlineData("http://127.0.0.1:9222/b")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/devtools/browser/b-1")]
    [InlineData("127.0.0.1:9222/b")]
    [InlineData("ws://127.0.0.1:99999/b")]
    [InlineData("")]
    public void Another_scheme_or_no_address_is_none(string url) => Assert.Null(Parse($$"""{"webSocketDebuggerUrl":"{{url}}"}"""));

    [Theory]
    [InlineData("")]
    [InlineData("rubbish")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""["ws://127.0.0.1:9222/b"]""")]
    [InlineData("""{"webSocketDebuggerUrl":null}""")]
    [InlineData("""{"webSocketDebuggerUrl":7}""")]
    [InlineData("""{"webSocketDebuggerUrl":{"x":1}}""")]
    [InlineData("""{"nested":{"webSocketDebuggerUrl":"ws://127.0.0.1:9222/b"}}""")]
    [InlineData("""{"webSocketDebuggerUrl":"ws://127.0.0.1:9222/b" """)]
    public void A_body_without_an_address_has_none(string json) => Assert.Null(Parse(json));

    [Theory]
    [InlineData("""{"webSocketDebuggerUrl":"ws://127.0.0.1:9222/\ud800"}""")]
    [InlineData("""{"\ud800":1,"webSocketDebuggerUrl":"ws://127.0.0.1:9222/b"}""")]
    public void Half_a_surrogate_pair_does_not_break_it(string json) => Assert.Null(Record.Exception(() => Parse(json)));

    [Fact]
    public void A_path_cannot_smuggle_another_line_into_our_request()
    {
        var address = Parse("""{"webSocketDebuggerUrl":"ws://127.0.0.1:9222/b HTTP/1.1\r\nX: y"}""");
        Assert.True(address is null || !address.BrowserPath.AsSpan().ContainsAny(" \r\n"), address?.BrowserPath);
    }

    private static CdpAddress? Parse(string json) => CdpAddress.Parse(Encoding.UTF8.GetBytes(json));
}
