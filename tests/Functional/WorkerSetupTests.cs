using Steelyard.Contract.Setup;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>The options of a session, verified from inside its pages.</summary>
public sealed class WorkerSetupTests
{
    [Fact]
    public async Task The_window_the_user_agent_the_zone_and_the_language_are_as_asked()
    {
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync([]);
        await worker.SetUpAsync(
            """{"dimensions":{"width":1001,"height":701},"userAgent":"Tester/1.0","timezone":"Asia/Kolkata","locale":"de-DE"}""");
        using var client = await worker.AttachAsync();
        var page = await client.AttachToPageAsync();
        await client.GoAsync(page, $"{site.Url}/");
        Assert.Equal("1001x701", (string?)await client.EvaluateAsync(page, "innerWidth + 'x' + innerHeight"));
        Assert.Equal("Tester/1.0", (string?)await client.EvaluateAsync(page, "navigator.userAgent"));
        Assert.Equal("Tester/1.0", site.HeaderOf("/", "User-Agent"));
        Assert.Equal(-330, (int?)await client.EvaluateAsync(page, "new Date(0).getTimezoneOffset()"));
        Assert.Equal("de-DE", (string?)await client.EvaluateAsync(page, "navigator.language"));
        Assert.Equal("de-DE", (string?)await client.EvaluateAsync(page, "Intl.NumberFormat().resolvedOptions().locale"));
        Assert.StartsWith("de-DE", site.HeaderOf("/", "Accept-Language"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_wish_a_page_is_as_large_as_a_steel_session_says()
    {
        await using var worker = await WorkerProcess.StartAsync();
        using var client = await worker.AttachAsync();
        var size = (string?)await client.EvaluateAsync(await client.AttachToPageAsync(), "innerWidth + 'x' + innerHeight");
        var said = Dimensions.Default;
        Assert.Equal(("1920x1080", "1920x1080"), (size, $"{said.Width}x{said.Height}"));
    }

    [Fact]
    public async Task A_mobile_session_is_one_in_every_page()
    {
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(new() { ["/"] = "<meta name=viewport content='width=device-width'>" });
        await worker.SetUpAsync("""{"mobile":true}""");
        using var client = await worker.AttachAsync();
        var page = await client.AttachToPageAsync();
        await client.GoAsync(page, $"{site.Url}/");
        const string Look =
            "[innerWidth, 'ontouchstart' in window, navigator.maxTouchPoints, /Mobile/.test(navigator.userAgent), devicePixelRatio].join()";
        Assert.Equal("412,true,5,true,2.625", (string?)await client.EvaluateAsync(page, Look));
        var target = await client.CallAsync("Target.createTarget", new() { ["url"] = "about:blank" });
        var attached = await client.CallAsync(
            "Target.attachToTarget", new() { ["targetId"] = (string)target["targetId"]!, ["flatten"] = true });
        var other = (string)attached["sessionId"]!;
        await client.GoAsync(other, $"{site.Url}/");
        Assert.Equal("412,true,5,true,2.625", (string?)await client.EvaluateAsync(other, Look));
    }

    [Fact]
    public async Task What_is_blocked_is_never_asked_for_in_any_page_frame_or_popup()
    {
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync([]);
        await using var pages = await Site.StartAsync(new()
        {
            ["/"] = $"""
                <img src=/a.png><link rel=stylesheet href=/a.css><script src=/a.js></script><script src=/track/b.js></script>
                <script src='http://sub.localhost:{site.Port}/c.js'></script><iframe src=/frame></iframe>
                """,
            ["/frame"] = "<img src=/b.png>",
            ["/popup"] = "<img src=/c.png><script src=/popup.js></script>",
        });
        await worker.SetUpAsync("""{"block":{"images":true,"stylesheets":true,"hosts":["localhost"],"urlPatterns":["*/track/*"]}}""");
        using var client = await worker.AttachAsync();
        var page = await client.AttachToPageAsync();
        await client.GoAsync(page, $"{pages.Url}/");
        await client.EvaluateAsync(page, "window.open('/popup') && 0");
        await Eventually.IsTrueAsync(() => pages.Paths.Contains("/popup.js"), "the popup has loaded");
        Assert.Equal(["/", "/a.js", "/frame", "/popup", "/popup.js"], pages.Paths.Order());
        Assert.Empty(site.Paths);
    }

    [Fact]
    public async Task A_login_is_carried_from_one_session_to_another()
    {
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(new() { ["/"] = "<title>in</title>" });
        using (var client = await worker.AttachAsync())
        {
            var page = await client.AttachToPageAsync();
            await client.GoAsync(page, $"{site.Url}/");
            await client.EvaluateAsync(page, "document.cookie = 'user=alice; path=/; max-age=1000'");
            await client.EvaluateAsync(page, "localStorage.setItem('token', 'sesame \\u00e4'); sessionStorage.setItem('__proto__', 'x')");
        }

        var context = await worker.Http.GetFromJsonAsync<JsonObject>(worker.PathOf("context"));
        Assert.Equal("sesame ä", (string?)context!["localStorage"]![site.Url]!["token"]);
        await worker.CreateAsync();
        var asked = site.Paths.Count();
        await worker.SetUpAsync(new JsonObject { ["context"] = context.DeepClone() }.ToJsonString());
        Assert.Equal(asked, site.Paths.Count());
        using var next = await worker.AttachAsync();
        var other = await next.AttachToPageAsync();
        Assert.Equal("about:blank", (string?)await next.EvaluateAsync(other, "location.href"));
        await next.GoAsync(other, $"{site.Url}/");
        Assert.Contains("user=alice", site.HeaderOf("/", "Cookie"), StringComparison.Ordinal);
        Assert.Equal("sesame ä", (string?)await next.EvaluateAsync(other, "localStorage.getItem('token')"));
        Assert.Equal("x", (string?)await next.EvaluateAsync(other, "sessionStorage.getItem('__proto__')"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Everything_goes_through_a_proxy_that_demands_a_password(bool socks)
    {
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync(new() { ["/"] = "<title>through</title>" });
        using var proxy = new DemandingProxy(socks);
        var address = $"{(socks ? "socks5" : "http")}://127.0.0.1:{proxy.Port}";
        await worker.SetUpAsync($$$"""{"proxy":{"url":"{{{address}}}","username":"me","password":"secret"}}""");
        var scraped = await worker.CallAsync("scrape", $$"""{"url":"{{site.Url}}/"}""");
        Assert.Equal("through", (string?)scraped["metadata"]!["title"]);
        Assert.True(proxy.Connections > 0, "the proxy was used");
        using (var client = await worker.AttachAsync())
        {
            // A WebSocket is tunnelled. It does not matter here that the site does not support WebSockets.
            var page = await client.AttachToPageAsync();
            var before = proxy.Connections;
            await client.EvaluateAsync(
                page, $"new Promise(done => new WebSocket('ws://127.0.0.1:{site.Port}/socket').onerror = () => done(0))");
            Assert.True(proxy.Connections > before && site.Paths.Contains("/socket"), "the tunnel was used");
        }

        var usage = await worker.Http.GetFromJsonAsync<JsonObject>(worker.PathOf("usage"));
        Assert.True((long)usage!["proxy_tx_bytes"]! > 100 && (long)usage["proxy_rx_bytes"]! > 100, usage.ToJsonString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_proxy_that_refuses_is_told_and_nothing_goes_around_it(bool socks)
    {
        await using var worker = await WorkerProcess.StartAsync();
        await using var site = await Site.StartAsync([]);
        using var proxy = new DemandingProxy(socks);
        var address = $"{(socks ? "socks5" : "http")}://127.0.0.1:{proxy.Port}";
        await worker.SetUpAsync($$$"""{"proxy":{"url":"{{{address}}}","username":"me","password":"wrong"}}""");
        using var refused = await worker.PostAsync(worker.PathOf("scrape"), $$"""{"url":"{{site.Url}}/"}""");
        Assert.Equal(HttpStatusCode.BadGateway, refused.StatusCode);
        Assert.Contains("refuses the user name or password", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(site.Paths);
    }

    [Fact]
    public async Task A_delete_during_a_setup_ends_the_session_and_leaves_no_trace_of_it()
    {
        await using var worker = await WorkerProcess.StartAsync();
        var setup = worker.PostAsync(worker.PathOf("setup"), """{"userAgent":"Tester/1.0"}""");
        await Eventually.IsTrueAsync(
            async () => await worker.StatusOfAsync(worker.PathOf("usage")) == HttpStatusCode.ServiceUnavailable || setup.IsCompleted,
            "it relaunches");
        using var deleted = await worker.Http.DeleteAsync($"/sessions/{worker.Id}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var reply = await setup;
        Assert.True(reply.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.NoContent, $"{reply.StatusCode}");
        await worker.ReadyAsync();
        await worker.CreateAsync();
        using var client = await worker.AttachAsync();
        Assert.NotEqual("Tester/1.0", (string?)(await client.CallAsync("Browser.getVersion"))["userAgent"]);
    }

    [Fact]
    public async Task A_second_setup_replaces_the_first()
    {
        await using var worker = await WorkerProcess.StartAsync();
        await worker.SetUpAsync("""{"userAgent":"Tester/1.0","context":{"cookies":[{"name":"a","value":"b","domain":"example.com"}]}}""");
        Assert.Single((await worker.Http.GetFromJsonAsync<JsonObject>(worker.PathOf("context")))!["cookies"]!.AsArray());
        await worker.SetUpAsync("{}");
        Assert.Empty((await worker.Http.GetFromJsonAsync<JsonObject>(worker.PathOf("context")))!["cookies"]!.AsArray());
        using var client = await worker.AttachAsync();
        Assert.NotEqual("Tester/1.0", (string?)(await client.CallAsync("Browser.getVersion"))["userAgent"]);
    }
}
