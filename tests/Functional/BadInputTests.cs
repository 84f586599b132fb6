using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>What the fuzzer of the tester has found once, so that it cannot come back.</summary>
public sealed class BadInputTests
{
    [Theory]
    [InlineData("FFFFFFFFFFFFFFFFF")]
    [InlineData("80000000")]
    public async Task A_chunk_whose_size_no_number_holds_is_400(string size)
    {
        await using var node = await Node.StartAsync(options => options);
        var reply = await SayAsync(node, $"POST /sessions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\n{{}}\r\n0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", reply, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?http://localhost/")]
    public async Task A_new_page_that_cannot_be_told_leaves_no_session_behind(string query)
    {
        await using var node = await Node.StartAsync(options => options);
        using (var reply = await node.Http.PutAsync("/json/new" + query, null))
            Assert.Equal(HttpStatusCode.NotImplemented, reply.StatusCode);
        Assert.Empty((await node.Http.GetFromJsonAsync<JsonObject>("/sessions"))!["sessions"]!.AsArray());
    }

    // Workers that crash at a create: whatever asks one is no 4xx.
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
        await using var node = await Node.StartFaultyAsync("crash@create=1");
        using var reply = await node.Http.PostAsync($"/v1/{call}", new StringContent(body));
        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
    }

    [Fact]
    public async Task A_call_for_a_page_may_be_nested_as_deep_as_any_other_body()
    {
        await using var node = await Node.StartAsync(options => options);
        var nested = new string('[', 100) + new string(']', 100);
        using var reply = await node.Http.PostAsync("/v1/scrape", new StringContent($$"""{"url":"http://localhost/","unknown":{{nested}}}"""));
        Assert.Equal(HttpStatusCode.NotImplemented, reply.StatusCode);
    }

    private static async Task<string> SayAsync(Node node, string bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, node.Http.BaseAddress!.Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(bytes));
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        return await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)) ?? "";
    }
}
