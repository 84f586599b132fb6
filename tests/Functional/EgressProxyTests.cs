namespace Steelyard.Tests.Functional;

/// <summary>Proxies of sessions and of contexts: their own addresses must be allowed, too.</summary>
public sealed class EgressProxyTests
{
    [Theory]
    [InlineData("")]
    [InlineData("http://")]
    public async Task A_contexts_own_proxy_is_used_if_the_rules_allow_its_address(string scheme)
    {
        await using var proxy = await Site.StartAsync(new() { ["/page"] = "<title>through</title>" }); // Answers for any host.
        await using var node = await EgressTests.StartAsync([$"allow:127.0.0.1:{proxy.Port}"]);
        using var client = await node.AttachAsync(await node.CreateAsync());
        var page = await OpenAsync($"{scheme}127.0.0.1:{proxy.Port}");
        Assert.Equal("through", (string?)await client.EvaluateAsync(page, "document.title"));
        Assert.Contains("/page", proxy.Paths);

        using var trap = new Trap();
        page = await OpenAsync($"{scheme}127.0.0.1:{trap.Port}");
        var shown = (string)(await client.EvaluateAsync(page, "document.body.innerText"))!;
        Assert.Contains(EgressTests.Blocked, shown, StringComparison.Ordinal);
        Assert.Equal(0, trap.Connections);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => OpenAsync("http://me:secret@127.0.0.1:1"));
        Assert.Contains("must not contain credentials", refused.Message, StringComparison.Ordinal);

        async Task<string> OpenAsync(string server)
        {
            var context = (string)(await client.CallAsync("Target.createBrowserContext", new() { ["proxyServer"] = server }))[
                "browserContextId"]!;
            var target = (string)(await client.CallAsync(
                "Target.createTarget", new() { ["url"] = "about:blank", ["browserContextId"] = context }))["targetId"]!;
            var session = (string)(await client.CallAsync(
                "Target.attachToTarget", new() { ["targetId"] = target, ["flatten"] = true }))["sessionId"]!;
            await client.CallAsync("Page.navigate", new() { ["url"] = "http://anything.invalid/page" }, session);
            const string loaded = "location.href.startsWith('http') && document.readyState === 'complete'";
            await Eventually.IsTrueAsync(async () => (bool)(await client.EvaluateAsync(session, loaded))!, "the page has loaded");
            return session;
        }
    }

    [Fact]
    public async Task A_proxy_of_a_sessions_own_must_be_allowed_too()
    {
        using var proxy = new DemandingProxy(socks: false);
        await using var worker = await WorkerProcess.StartAsync(_ => [], egress: "");
        await worker.SetUpAsync($$$"""{"proxy":{"url":"http://127.0.0.1:{{{proxy.Port}}}","username":"me","password":"secret"}}""");
        var scraped = await worker.CallAsync("scrape", """{"url":"http://example.com/"}""");
        Assert.Equal(403, (int)scraped["metadata"]!["statusCode"]!);
        Assert.Contains(EgressTests.Blocked, (string)scraped["content"]!["html"]!, StringComparison.Ordinal);
        Assert.Equal((0, 0), (proxy.Connections, proxy.Refusals));
    }
}
