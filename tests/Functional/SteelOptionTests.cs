using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>How the node validates and returns the options of a create.</summary>
public sealed class SteelOptionTests
{
    [Theory]
    [InlineData("""{"userAgent":"Mözilla"}""", "userAgent")]
    [InlineData(
        """{"sessionContext":{"cookies":[{"name":"a","value":"b","domain":"c.example","expires":"soon"}]}}""",
        "sessionContext.cookies[0].expires")]
    [InlineData(
        """{"sessionContext":{"cookies":[{"name":"a","value":"b","domain":"c.example","sameSite":"lax"}]}}""",
        "sessionContext.cookies[0].sameSite")]
    [InlineData("""{"sessionContext":{"cookies":[{"name":"a","value":"b","domain":"c.example","secure":1}]}}""",
        "sessionContext.cookies[0].secure")]
    [InlineData("""{"sessionContext":{"cookies":[{"name":"a","value":"b","url":""}]}}""", "sessionContext.cookies[0].url")]
    [InlineData(
        """{"sessionContext":{"cookies":[{"name":"a","value":"b","url":"https://c.example","partitionKey":{"site":"x"}}]}}""",
        "sessionContext.cookies[0].partitionKey.site")]
    [InlineData("""{"sessionContext":{"localStorage":{"https://me@a.example":{}}}}""", "sessionContext.localStorage.https://me@a.example")]
    [InlineData("""{"sessionContext":{"localStorage":{"https://a.example/#x":{}}}}""", "sessionContext.localStorage.https://a.example/#x")]
    [InlineData("""{"proxyUrl":"http://:secret@host:1"}""", "proxyUrl")]
    [InlineData("""{"timezone":"9/../etc"}""", "timezone")]
    public async Task What_a_worker_would_refuse_is_refused_by_name_before_one_is_asked(string body, string field)
    {
        await using var node = await TestNode.StartAsync(options => options);
        var (status, problem) = await PostAsync(node, body);
        Assert.Equal((HttpStatusCode.BadRequest, field), (status, (string?)problem["field"]));
    }

    [Fact]
    public async Task Whatever_a_context_can_tell_of_a_cookie_is_taken_and_so_is_any_zone_a_browser_knows()
    {
        await using var node = await TestNode.StartChromiumAsync();
        var (status, problem) = await PostAsync(node, """
            {"timezone":"EST5EDT","sessionContext":{"cookies":[
             {"name":"a","value":"","domain":"c.example","path":"/","expires":-1,"size":1,"httpOnly":true,"secure":true,
              "session":true,"sameSite":"None","priority":"Medium","sourceScheme":"Secure","sourcePort":443,
              "partitionKey":{"topLevelSite":"https://d.example","hasCrossSiteAncestor":true}},
             {"name":"b","value":"c","url":"https://c.example","expires":1999999999.5,"sameSite":null}],
             "localStorage":{"https://a.example":{"k":"v"}},"indexedDB":{}}}
            """);
        Assert.True(status == HttpStatusCode.OK, problem.ToJsonString());
    }

    [Fact]
    public async Task What_only_the_browser_knows_to_be_wrong_is_named_as_the_client_named_it()
    {
        await using var node = await TestNode.StartChromiumAsync();
        foreach (var (body, field) in new[]
        {
            ("""{"locale":"qq-12345678-x9"}""", "locale"),
            (
                """{"sessionContext":{"cookies":[{"name":"a\u0001","value":"","url":"https://c.example"}]}}""",
                "sessionContext.cookies"),
        })
        {
            var (status, problem) = await PostAsync(node, body);
            Assert.True(
                status == HttpStatusCode.BadRequest && (string?)problem["field"] == field,
                $"{body}: {(int)status} {problem.ToJsonString()}");
        }
    }

    [Fact]
    public async Task A_mobile_session_shows_the_size_that_it_has()
    {
        await using var node = await TestNode.StartChromiumAsync();
        var (_, session) = await PostAsync(node, """{"deviceConfig":{"device":"mobile"}}""");
        using var client = await DevToolsClient.ConnectAsync(new($"ws://{node.Http.BaseAddress!.Authority}/sessions/{session["id"]}/cdp"));
        var attached = await client.AttachToPageAsync();
        await client.GoAsync(attached, "data:text/html,<meta name=viewport content=width=device-width>");
        var size = $"{session["dimensions"]!["width"]}x{session["dimensions"]!["height"]}";
        Assert.Equal(size, (string?)await client.EvaluateAsync(attached, "innerWidth + 'x' + innerHeight"));
    }

    [Theory]
    [InlineData("GET", "/v1/credentials")]
    [InlineData("POST", "/v1/files")]
    [InlineData("PUT", "/v1/extensions/abc")]
    [InlineData("PATCH", "/v1/profiles/abc")]
    [InlineData("POST", "/v1/sessions/ID/captchas/solve")]
    public async Task Resources_of_the_cloud_are_501_and_are_asked_for_once(string method, string path)
    {
        await using var node = await TestNode.StartAsync(options => options);
        using var reply = await node.Http.SendAsync(new(new HttpMethod(method), path));
        Assert.Equal((501, "false"), ((int)reply.StatusCode, reply.Headers.GetValues("x-should-retry").Single()));
    }

    [Fact]
    public async Task A_scrape_uses_the_proxy_that_it_asks_for_and_refuses_one_that_it_cannot_have()
    {
        await using var node = await TestNode.StartChromiumAsync();
        await using var site = await Site.StartAsync(new() { ["/"] = "<title>through</title>" });
        using var proxy = new DemandingProxy(socks: false);
        using var scraped = await node.Http.PostAsJsonAsync(
            "/v1/scrape", new { url = site.Url + "/", proxyUrl = $"http://me:secret@127.0.0.1:{proxy.Port}" });
        Assert.True(scraped.IsSuccessStatusCode, await scraped.Content.ReadAsStringAsync());
        Assert.True(proxy.Connections > 0 && proxy.Refusals == 0, $"{proxy.Connections} connections, {proxy.Refusals} refused");
        using var refused = await node.Http.PostAsJsonAsync("/v1/scrape", new { url = site.Url, useProxy = true });
        Assert.Equal(HttpStatusCode.NotImplemented, refused.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_inactivity_timeout_counts_what_an_attached_client_sends(bool isSending)
    {
        await using var node = await TestNode.StartChromiumAsync();
        var (_, session) = await PostAsync(node, """{"inactivityTimeout":1500}""");
        using var client = await node.AttachAsync((string)session["id"]!);
        if (isSending)
        {
            for (var i = 0; i < 8; i++)
            {
                await Task.Delay(500);
                await client.CallAsync("Browser.getVersion");
            }
        }
        else
        {
            Assert.Equal("session expired", await client.ClosedAsync());
        }
    }

    [Fact]
    public async Task Bytes_through_a_proxy_are_known_though_nobody_asked_while_the_session_lived()
    {
        await using var node = await TestNode.StartChromiumAsync();
        await using var site = await Site.StartAsync(new() { ["/"] = "<title>through</title>" });
        using var proxy = new DemandingProxy(socks: false);
        var (_, session) = await PostAsync(node, $$"""{"proxyUrl":"http://me:secret@127.0.0.1:{{proxy.Port}}"}""");
        using (var client = await DevToolsClient.ConnectAsync(new($"ws://{node.Http.BaseAddress!.Authority}/sessions/{session["id"]}/cdp")))
            await client.GoAsync(await client.AttachToPageAsync(), $"{site.Url}/");
        await Eventually.IsTrueAsync(async () => await BytesAsync() > 100, "the list shows them");
        using var deleted = await node.Http.DeleteAsync($"/sessions/{session["id"]}");
        Assert.True(await BytesAsync() > 100, "they are remembered");

        async Task<long> BytesAsync() =>
            (long)(await node.Http.GetFromJsonAsync<JsonObject>("/v1/sessions"))!["sessions"]!.AsArray().Single()!["proxyBytesUsed"]!;
    }

    private static async Task<(HttpStatusCode Status, JsonObject Body)> PostAsync(TestNode node, string body)
    {
        using var reply = await node.Http.PostAsync("/v1/sessions", new StringContent(body, Encoding.UTF8, "application/json"));
        return (reply.StatusCode, (await reply.Content.ReadFromJsonAsync<JsonObject>())!);
    }
}
