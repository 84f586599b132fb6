using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>The addresses by which clients connect: whatever names a session leads to it or fails.</summary>
public sealed class ConnectTests
{
    [Fact]
    public async Task Every_form_that_names_a_session_leads_to_it()
    {
        await using var node = await TestNode.StartChromiumAsync();
        var id = await node.CreateAsync();
        using var client = await node.AttachAsync(id);
        var browser = await IdentityAsync(client);
        var authority = node.Http.BaseAddress!.Authority;
        foreach (var discovery in new[] { "/json/version", "/json/version/" })
        {
            var version = await node.Http.GetFromJsonAsync<JsonObject>($"{discovery}?sessionId={id}");
            Assert.Equal($"ws://{authority}/?sessionId={id}", (string?)version!["webSocketDebuggerUrl"]);
        }

        foreach (var form in new[] { "?sessionId=ID", "chromium?sessionId=ID", "sessions/ID", "sessions/ID/", "v1/sessions/ID" })
        {
            var path = form.Replace("ID", id, StringComparison.Ordinal);
            using var other = await DevToolsClient.ConnectAsync(new($"ws://{authority}/{path}"));
            Assert.Equal(browser, await IdentityAsync(other));
        }

        var listed = (await node.Http.GetFromJsonAsync<JsonArray>($"/json/list?sessionId={id}"))!.Single()!;
        using var page = await DevToolsClient.ConnectAsync(new($"ws://{authority}/devtools/page/{(string)listed["id"]!}"));
        var title = await page.CallAsync("Runtime.evaluate", new() { ["expression"] = "location.href" });
        Assert.Equal("about:blank", (string?)title["result"]!["value"]);
        Assert.Single((await node.Http.GetFromJsonAsync<JsonObject>("/sessions"))!["sessions"]!.AsArray());
    }

    [Theory]
    [InlineData("sessionId=", HttpStatusCode.BadRequest)]
    [InlineData("sessionId=a&sessionId=b", HttpStatusCode.BadRequest)]
    [InlineData("sessionId=undefined", HttpStatusCode.NotFound)]
    [InlineData("sessionId=0b6f5f4e-3c2d-8a1b-9c0d-1e2f3a4b5c6d", HttpStatusCode.NotFound)]
    public async Task A_name_that_leads_nowhere_never_leads_to_a_new_session(string query, HttpStatusCode status)
    {
        await using var node = await TestNode.StartAsync(options => options);
        Assert.Equal(status, await UpgradeAsync(node, $"/?{query}"));
        foreach (var path in new[] { "/json/version", "/json/list" })
        {
            using var reply = await node.Http.GetAsync($"{path}?{query}");
            Assert.Equal(status, reply.StatusCode);
        }

        Assert.Empty((await node.Http.GetFromJsonAsync<JsonObject>("/sessions"))!["sessions"]!.AsArray());
    }

    [Theory]
    [InlineData("launch=%7B%22args%22%3A%5B%22--window-size%3D801%2C602%22%5D%7D")]
    [InlineData("launch=eyJhcmdzIjpbIi0td2luZG93LXNpemU9ODAxLDYwMiJdfQ==")]
    [InlineData("launch=eyJhcmdzIjpbIi0td2luZG93LXNpemU9ODAxLDYwMiJdfQ")]
    [InlineData("--window-size=801,602")]
    public async Task Options_of_a_connect_also_count_when_the_client_asks_for_the_address_first(string query)
    {
        await using var node = await TestNode.StartChromiumAsync();
        await node.ReadyAsync(1);
        var version = await node.Http.GetFromJsonAsync<JsonObject>($"/json/version?{query}");
        using var client = await DevToolsClient.ConnectAsync(new((string)version!["webSocketDebuggerUrl"]!));
        var page = await client.AttachToPageAsync();
        Assert.Equal("801x602", (string?)await client.EvaluateAsync(page, "innerWidth + 'x' + innerHeight"));
    }

    [Theory]
    [InlineData("proxy=residential", 501, "proxy")]
    [InlineData("stealth", 501, "stealth")]
    [InlineData("stealth=true", 501, "stealth")]
    [InlineData("ignoreHTTPSErrors=true", 501, "ignoreHTTPSErrors")]
    [InlineData("acceptInsecureCerts=true", 501, "acceptInsecureCerts")]
    [InlineData("headless=false", 501, "headless")]
    [InlineData("--ignore-certificate-errors", 501, "--ignore-certificate-errors")]
    [InlineData("--host-resolver-rules=MAP%20*%201.2.3.4", 501, "--host-resolver-rules")]
    [InlineData("--proxy-server=http%3Da:1%3Bhttps%3Db:2", 501, "--proxy-server")]
    [InlineData("launch={\"headless\":false}", 501, "headless")]
    [InlineData("launch={\"stealth\":true}", 501, "stealth")]
    [InlineData("launch={\"ignoreHTTPSErrors\":true}", 501, "ignoreHTTPSErrors")]
    [InlineData("launch={\"args\":[\"--ignore-certificate-errors\"]}", 501, "--ignore-certificate-errors")]
    [InlineData("externalProxyServer=nowhere", 400, "proxyUrl")]
    [InlineData("externalProxyServer=a&externalProxyServer=b", 400, "externalProxyServer")]
    [InlineData("stealth&stealth", 400, "stealth")]
    [InlineData("launch={\"args\":\"--proxy-server=x:1\"}", 400, "launch.args")]
    [InlineData("launch={\"proxy\":{\"server\":\"x:1\",\"bypass\":\"y\"}}", 501, "launch.proxy.bypass")]
    [InlineData("timeout=soon", 400, "timeout")]
    [InlineData("launch=not-base64!", 400, "launch")]
    [InlineData("launch=bm9wZQ==", 400, "launch")]
    [InlineData("--window-size=big", 400, "--window-size")]
    public async Task What_would_change_what_a_site_sees_is_refused_when_it_cannot_be_had(string query, int status, string field)
    {
        await using var node = await TestNode.StartAsync(options => options);
        using var reply = await node.Http.GetAsync($"/json/version?{query}");
        var problem = await reply.Content.ReadFromJsonAsync<JsonObject>();
        Assert.Equal((status, field), ((int)reply.StatusCode, (string?)problem!["field"]));
        Assert.Equal((HttpStatusCode)status, await UpgradeAsync(node, $"/?{query}"));
    }

    [Theory]
    [InlineData("externalProxyServer=http%3A%2F%2Fme%3Asecret%40127.0.0.1%3APORT")]
    [InlineData("--proxy-server=http://me:secret@127.0.0.1:PORT")]
    [InlineData("launch={\"args\":[\"--proxy-server=http://me:secret@127.0.0.1:PORT\"]}")]
    [InlineData("launch={\"proxy\":{\"server\":\"127.0.0.1:PORT\",\"username\":\"me\",\"password\":\"secret\"}}")]
    public async Task A_proxy_that_was_asked_for_is_used(string query)
    {
        await using var node = await TestNode.StartChromiumAsync();
        await using var site = await Site.StartAsync(new() { ["/"] = "<title>through</title>" });
        using var proxy = new DemandingProxy(socks: false);
        using var client = await DevToolsClient.ConnectAsync(
            new($"ws://{node.Http.BaseAddress!.Authority}/?{query.Replace("PORT", $"{proxy.Port}", StringComparison.Ordinal)}"));
        var page = await client.AttachToPageAsync();
        await client.GoAsync(page, site.Url + "/");
        Assert.Equal("through", (string?)await client.EvaluateAsync(page, "document.title"));
        Assert.True(proxy.Connections > 0 && proxy.Refusals == 0, $"{proxy.Connections} connections, {proxy.Refusals} refused");
    }

    [Fact]
    public async Task A_session_for_as_long_as_the_client_is_connected_has_no_other_limit()
    {
        await using var node = await TestNode.StartChromiumAsync();
        using var client = await DevToolsClient.ConnectAsync(new($"ws://{node.Http.BaseAddress!.Authority}/"));
        var session = (await node.Http.GetFromJsonAsync<JsonObject>("/v1/sessions"))!["sessions"]!.AsArray().Single()!;
        Assert.Equal(0, (long)session["timeout"]!);
        client.Dispose();
        await Eventually.IsTrueAsync(
            async () => (await node.Http.GetFromJsonAsync<JsonObject>("/sessions"))!["sessions"]!.AsArray().Count == 0, "it ends with it");
    }

    [Theory]
    [InlineData("{\"timeout\":0}", 0)]
    [InlineData("{}", 300_000)]
    [InlineData("{\"timeout\":1000}", 1000)]
    public async Task A_timeout_of_zero_means_none(string body, long timeout)
    {
        await using var node = await TestNode.StartAsync(options => options);
        using var reply = await node.Http.PostAsync("/v1/sessions", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(timeout, (long)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["timeout"]!);
    }

    [Fact]
    public async Task A_burst_of_attaches_to_one_session_all_arrive()
    {
        await using var node = await TestNode.StartChromiumAsync();
        var id = await node.CreateAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => node.AttachAsync(id)));
        Assert.NotNull((await clients[^1].CallAsync("Browser.getVersion"))["product"]);
        foreach (var client in clients)
            client.Dispose();
    }

    [Fact]
    public async Task Playwrights_connect_is_told_to_use_connectOverCDP()
    {
        await using var node = await TestNode.StartAsync(options => options);
        Assert.Equal(HttpStatusCode.NotImplemented, await UpgradeAsync(node, "/", "x-playwright-browser"));
    }

    [Theory]
    [InlineData("/session")]
    [InlineData("/wd/hub/session")]
    public async Task A_webdriver_client_is_told_in_its_own_form_what_to_use_instead(string path)
    {
        await using var node = await TestNode.StartAsync(options => options);
        using var reply = await node.Http.PostAsync(path, new StringContent("{}", Encoding.UTF8, "application/json"));
        var value = (await reply.Content.ReadFromJsonAsync<JsonObject>())!["value"]!;
        Assert.Equal((HttpStatusCode.NotFound, "unknown command"), (reply.StatusCode, (string?)value["error"]));
        Assert.Contains("debuggerAddress", (string?)value["message"], StringComparison.Ordinal);
    }

    private static async Task<string?> IdentityAsync(DevToolsClient client) =>
        (string?)(await client.CallAsync("Target.getTargets"))["targetInfos"]!
            .AsArray().First(target => (string?)target!["type"] == "page")!["targetId"];

    private static async Task<HttpStatusCode> UpgradeAsync(TestNode node, string pathAndQuery, string? header = null)
    {
        using var socket = new ClientWebSocket { Options = { CollectHttpResponseDetails = true } };
        if (header is not null)
            socket.Options.SetRequestHeader(header, "chromium");
        await Assert.ThrowsAsync<WebSocketException>(
            () => socket.ConnectAsync(new($"ws://{node.Http.BaseAddress!.Authority}{pathAndQuery}"), default));
        return socket.HttpStatusCode;
    }
}
