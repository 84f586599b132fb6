using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Steelyard.Http;
using Steelyard.Settings;

namespace Steelyard.Tests.Unit.Http;

/// <summary>Which requests a node accepts, by the host and origin names in their headers.</summary>
public sealed class OriginGuardTests
{
    private const string Page = "http://evil.example";

    // What curl, Playwright, Puppeteer, chromedp, steel-sdk and the browserless clients send: Node's fetch sends a mode, but no site.
    [Theory]
    [InlineData("127.0.0.1:8080", "User-Agent", "curl/8.5.0")]
    [InlineData("localhost:8080", "User-Agent", "Playwright/1.65 (x64; debian 13) node/20")]
    [InlineData("localhost", "Sec-Fetch-Mode", "cors")]
    [InlineData("[::1]:8080", "User-Agent", "Go-http-client/1.1")]
    [InlineData("LOCALHOST:8080", "", "")]
    public async Task A_program_on_the_same_machine_may_do_everything(string host, string header, string value)
    {
        foreach (var effect in new[] { GetEffect.Reads, GetEffect.Connects, GetEffect.Changes, null })
            Assert.True(await PassesAsync(host, effect, header, value));
    }

    [Theory]
    [InlineData("192.168.1.5:8080", "", "")]
    [InlineData("127.0.0.2:8080", "", "")]
    [InlineData("grid.internal:8080", "", "")]
    [InlineData("node.example", "", "")]
    [InlineData("localhost:8080", "Referer", "http://evil.example/")]
    [InlineData("localhost:8080", "Sec-Fetch-Site", "same-origin")]
    [InlineData("localhost:8080", "Origin", "http://localhost:8080")]
    [InlineData("localhost:8080", "X-Forwarded-For", "10.0.0.1")]
    [InlineData("localhost:8080", "Via", "1.1 proxy")]
    [InlineData("localhost:8080", "X-Original-Host", "localhost:8080")]
    [InlineData("localhost:8080", "X-Original-For", "127.0.0.1:5")]
    [InlineData("localhost:8080", "X-Original-Proto", "http")]
    [InlineData("localhost:8080", "X-Real-IP", "10.0.0.1")]
    public async Task Where_a_page_may_have_sent_it_a_get_reads_and_does_not_change(string host, string header, string value)
    {
        Assert.True(await PassesAsync(host, GetEffect.Reads, header, value));
        Assert.True(await PassesAsync(host, GetEffect.Connects, header, value));
        Assert.False(await PassesAsync(host, GetEffect.Changes, header, value));
        Assert.False(await PassesAsync(host, GetEffect.Changes, header, value, "HEAD"));
        Assert.False(await PassesAsync(host, null, header, value));
        Assert.True(await PassesAsync(host, GetEffect.Changes, header, value, "DELETE"));
        Assert.True(await PassesAsync(host, GetEffect.Changes, header, value, "GET", "key"));
    }

    [Theory]
    [InlineData("0.0.0.0:8080")]
    [InlineData("0:8080")]
    [InlineData("0x0")]
    [InlineData("0.0")]
    [InlineData("00.00.00.00:8080")]
    [InlineData("0.0.0.1:8080")]
    [InlineData("[::]:8080")]
    [InlineData("[0:0:0:0:0:0:0:0]:8080")]
    [InlineData("[::0.0.0.0]:8080")]
    [InlineData("[::ffff:127.0.0.1]:8080")]
    [InlineData("[::ffff:7f00:1]:8080")]
    [InlineData("[0:0:0:0:0:FFFF:127.0.0.1]:8080")]
    [InlineData("[::ffff:0.0.0.0]:8080")]
    [InlineData("[::ffff:10.0.0.1]:8080")]
    [InlineData("evil.example:8080")]
    public async Task A_name_or_address_that_leads_elsewhere_is_refused_but_to_holders_of_keys(string host)
    {
        foreach (var method in new[] { "GET", "POST", "DELETE" })
        {
            Assert.False(await PassesAsync(host, GetEffect.Reads, "", "", method));
            Assert.True(await PassesAsync(host, GetEffect.Reads, "", "", method, "key"));
        }
    }

    [Theory]
    [InlineData("Origin", Page)]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "")]
    [InlineData("Origin", "chrome-extension://localhost:8080")]
    [InlineData("Origin", "devtools://devtools")]
    [InlineData("Origin", "http://127.0.0.1:8080")]
    [InlineData("Origin", "http://localhost:9090")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("Sec-Fetch-Site", "of tomorrow")]
    public async Task Pages_of_other_sites_extensions_and_devtools_front_ends_are_refused(string header, string value)
    {
        foreach (var method in new[] { "GET", "POST", "PUT", "DELETE", "HEAD" })
            Assert.False(await PassesAsync("localhost:8080", GetEffect.Reads, header, value, method));
    }

    [Theory]
    [InlineData("none", "/json/version", true)]
    [InlineData("none", "/", true)]
    [InlineData("none", "/sessions", false)]
    [InlineData("cross-site", "/json/version", false)]
    public async Task Chromedriver_is_a_program_although_it_sends_what_a_browser_sends(string site, string path, bool passes) =>
        Assert.Equal(passes, await PassesAsync(
            "localhost:8080", GetEffect.Reads, "Sec-Fetch-Site", site, "GET", null, "no-cors", agent: "chromedriver", path: path));

    [Theory]
    [InlineData("devtools://devtools", "/sessions/x/devtools/page/y", true, true)]
    [InlineData("devtools://devtools", "/sessions/x/devtools/page/y", false, false)]
    [InlineData("devtools://devtools", "/live/x", true, false)]
    [InlineData("devtools://other", "/sessions/x/devtools/page/y", true, false)]
    [InlineData(Page, "/sessions/x/devtools/page/y", true, false)]
    public async Task DevTools_of_the_users_browser_connects_to_a_session_and_does_nothing_else(
        string origin, string path, bool isSocket, bool passes) => Assert.Equal(passes, await PassesAsync(
            "localhost:8080", GetEffect.Connects, "Origin", origin, path: path, isSocket: isSocket));

    [Fact]
    public async Task An_address_typed_by_hand_is_read_and_changes_nothing()
    {
        Assert.True(await PassesAsync("localhost:8080", GetEffect.Reads, "Sec-Fetch-Site", "none", "GET", null, "navigate"));
        Assert.False(await PassesAsync("localhost:8080", GetEffect.Changes, "Sec-Fetch-Site", "none", "GET", null, "navigate"));
    }

    [Theory]
    [InlineData("http://localhost:8080")]
    [InlineData("https://node.example")]
    public async Task Pages_of_our_own_are_served(string origin)
    {
        foreach (var method in new[] { "GET", "POST", "DELETE" })
            Assert.True(await PassesAsync("localhost:8080", GetEffect.Reads, "Origin", origin, method));
    }

    private static async Task<bool> PassesAsync(
        string host,
        GetEffect? effect,
        string header,
        string value,
        string method = "GET",
        string? key = null,
        string mode = "",
        string agent = "",
        string path = "/x",
        bool isSocket = false)
    {
        var passed = false;
        var options = new Options
        {
            ApiKeys = key is null ? [] : [key],
            AllowedHosts = ["grid.internal"],
            PublicUrl = new("https://node.example/"),
        };
        var guard = new OriginGuard(
            _ =>
            {
                passed = true;
                return Task.CompletedTask;
            },
            new(options),
            options);
        var context = new DefaultHttpContext { Request = { Method = method, Path = path, Host = new(host) } };
        if (header.Length > 0)
            context.Request.Headers[header] = value;
        if (agent.Length > 0)
            context.Request.Headers.UserAgent = agent;
        if (isSocket)
            AskForSocket(context);
        if (mode.Length > 0)
            context.Request.Headers["Sec-Fetch-Mode"] = mode;
        context.SetEndpoint(
            new RouteEndpointBuilder(_ => Task.CompletedTask, RoutePatternFactory.Parse("/x"), 0) { Metadata = { effect ?? new object() } }
                .Build());
        await guard.InvokeAsync(context);
        Assert.Equal(passed ? StatusCodes.Status200OK : StatusCodes.Status403Forbidden, context.Response.StatusCode);
        return passed;
    }

    private static void AskForSocket(HttpContext context)
    {
        context.Features.Set<IHttpUpgradeFeature>(new Upgradable());
        context.Request.Headers.Upgrade = "websocket";
        context.Request.Headers.SecWebSocketKey = "dGhlIHNhbXBsZSBub25jZQ==";
        context.Request.Headers.SecWebSocketVersion = "13";
    }

    private sealed class Upgradable : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => true;

        public Task<Stream> UpgradeAsync() => throw new InvalidOperationException("nothing is upgraded here");
    }
}
