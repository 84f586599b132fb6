using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>Regression tests for defects that the tester's fuzzer found.</summary>
public sealed class BadInputTests
{
    [Theory]
    [InlineData("FFFFFFFFFFFFFFFFF")]
    [InlineData("80000000")]
    public async Task A_chunk_whose_size_no_number_holds_is_400(string size)
    {
        await using var node = await TestNode.StartAsync(options => options);
        var reply = await SayAsync(
            node, $"POST /sessions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\n{{}}\r\n0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", reply, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?http://localhost/")]
    public async Task A_new_page_that_cannot_be_told_leaves_no_session_behind(string query)
    {
        await using var node = await TestNode.StartAsync(options => options);
        using (var reply = await node.Http.PutAsync("/json/new" + query, null))
            Assert.Equal(HttpStatusCode.NotImplemented, reply.StatusCode);
        Assert.Empty((await node.Http.GetFromJsonAsync<JsonObject>("/sessions"))!["sessions"]!.AsArray());
    }

    // The workers crash at a create, so a call that reaches a worker is not answered with a 4xx.
    [Theory]
    [InlineData("scrape", """{"url":"http://localhost/","format":["odt"]}""")]
    [InlineData("scrape", """{"url":"http://localhost/","format":"html"}""")]
    [InlineData("scrape", """{"url":"http://localhost/","screenshot":1}""")]
    [InlineData("scrape", """{"url":"http://localhost/","pdf":"yes"}""")]
    [InlineData("scrape", """{"url":"http://localhost/","delay":-1}""")]
    [InlineData("screenshot", """{"url":"http://localhost/","fullPage":"yes"}""")]
    [InlineData("screenshot", """{"url":"file:///etc/passwd"}""")]
    [InlineData("pdf", """{"url":"http://localhost/","delay":"soon"}""")]
    public async Task A_call_for_a_page_that_is_refused_costs_no_worker(string call, string body)
    {
        await using var node = await TestNode.StartFaultyAsync("crash@create=1");
        using var reply = await node.Http.PostAsync($"/v1/{call}", new StringContent(body));
        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
    }

    [Fact]
    public async Task A_call_for_a_page_may_be_nested_as_deep_as_any_other_body()
    {
        await using var node = await TestNode.StartAsync(options => options);
        var nested = new string('[', 100) + new string(']', 100);
        using var reply = await node.Http.PostAsync(
            "/v1/scrape", new StringContent($$"""{"url":"http://localhost/","unknown":{{nested}}}"""));
        Assert.Equal(HttpStatusCode.NotImplemented, reply.StatusCode);
    }

    [Theory]
    [InlineData("GET /?x=\x01\x1f\x7f HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData(
        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: \x01\r\n")]
    [InlineData(
        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: x\r\nSec-WebSocket-Protocol: a\u001fb\r\n")]
    [InlineData("GET /v1/sessions?cursorId=%ff%00&limit=%zz HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /sessions/%c0%80%ff HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /kill/%ED%A0%80 HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("PUT /json/new?%61piKey=\x01&#%26%3f HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("POST /sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: \x01;;=\xe9\r\nContent-Length: 1\r\n\r\n{")]
    [InlineData("POST /v1/scrape HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n")]
    [InlineData(
        "GET /v1/artifacts/x HTTP/1.1\r\nHost: localhost\r\nRange: bytes=9-1,-,x\r\nIf-Modified-Since: never\r\nCookie: \x01=\xff;;;=\r\n")]
    public async Task Odd_characters_in_a_head_are_no_error_of_ours(string head)
    {
        await using var node = await TestNode.StartAsync(options => options);
        var reply = await SayAsync(node, head + "\r\n");
        Assert.True(
            reply.StartsWith("HTTP/1.1 4", StringComparison.Ordinal) || reply.StartsWith("HTTP/1.1 501 ", StringComparison.Ordinal), reply);
    }

    private static async Task<string> SayAsync(TestNode node, string bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, node.Http.BaseAddress!.Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(bytes));
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        return await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)) ?? "";
    }
}
