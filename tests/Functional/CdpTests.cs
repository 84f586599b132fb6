using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Steelyard.Contract;
using Steelyard.Settings;

namespace Steelyard.Tests.Functional;

/// <summary>Tests CDP on real browsers over a plain WebSocket.</summary>
public sealed class CdpTests
{
    [Fact]
    public async Task A_client_talks_to_its_own_browser()
    {
        await using var node = await StartAsync();
        var (first, second) = (await node.CreateAsync(), await node.CreateAsync());
        using var one = await AttachAsync(node, first);
        using var two = await AttachAsync(node, second);
        Assert.Contains("Chrome", (string)(await CallAsync(one, "Browser.getVersion"))["product"]!, StringComparison.Ordinal);
        await CallAsync(one, "Target.createTarget", """{"url":"data:text/html,<title>one"}""");
        Assert.Equal(2, await PagesAsync(one));
        Assert.Equal(1, await PagesAsync(two));
    }

    [Fact]
    public async Task Discovery_leads_back_to_us()
    {
        await using var node = await StartAsync();
        var id = await node.CreateAsync();
        var authority = node.Http.BaseAddress!.Authority;
        foreach (var path in new[] { "json/version", "json/version/" })
        {
            var version = await node.Http.GetFromJsonAsync<JsonObject>($"/sessions/{id}/{path}");
            Assert.Equal($"ws://{authority}/sessions/{id}/cdp", (string?)version!["webSocketDebuggerUrl"]);
        }

        Assert.Contains("\"domains\"", await node.Http.GetStringAsync($"/sessions/{id}/json/protocol"), StringComparison.Ordinal);
        var page = (await node.Http.GetFromJsonAsync<JsonArray>($"/sessions/{id}/json/list"))!.Single()!;
        var address = (string)page["webSocketDebuggerUrl"]!;
        Assert.StartsWith($"ws://{authority}/sessions/{id}/devtools/page/", address, StringComparison.Ordinal);
        using var socket = await ConnectAsync(new(address));
        Assert.Equal(4, (int)(await CallAsync(socket, "Runtime.evaluate", """{"expression":"2+2"}"""))["result"]!["value"]!);
    }

    [Fact]
    public async Task A_target_that_there_is_not_is_a_404_and_the_session_goes_on()
    {
        await using var node = await StartAsync();
        var id = await node.CreateAsync();
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        var address = new Uri($"ws://{node.Http.BaseAddress!.Authority}/sessions/{id}/devtools/page/no");
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(address, CancellationToken.None));
        Assert.Equal(HttpStatusCode.NotFound, socket.HttpStatusCode);
        Assert.Equal(HttpStatusCode.OK, await node.StatusOfAsync(id));
    }

    [Fact]
    public async Task A_delete_disconnects_with_a_reason_and_leaves_no_browser_and_no_profile()
    {
        await using var node = await StartAsync();
        var id = await node.CreateAsync();
        using var socket = await AttachAsync(node, id);
        var browser = await BrowserPidAsync(socket);
        var profile = ProfileOf(browser);
        Assert.True(Kill.IsAlive(browser) && Directory.Exists(profile), $"a browser runs on {profile}");
        await node.Http.DeleteAsync($"/sessions/{id}");
        Assert.Equal((WebSocketCloseStatus.NormalClosure, "session deleted"), await ClosedAsync(socket));
        await Eventually.IsTrueAsync(() => !Kill.IsAlive(browser) && !Directory.Exists(profile), "browser and profile are gone");
    }

    [Fact]
    public async Task The_death_of_the_worker_disconnects_with_a_reason_and_takes_the_browser_along()
    {
        await using var node = await StartAsync();
        var id = await node.CreateAsync();
        using var socket = await AttachAsync(node, id);
        var browser = await BrowserPidAsync(socket);
        Kill.Now(await node.PidOfAsync(id));
        Assert.Equal(WebSocketCloseStatus.InternalServerError, (await ClosedAsync(socket)).Code);
        Assert.Equal("worker_lost", await node.ReasonOfAsync(id));
        await Eventually.IsTrueAsync(() => !Kill.IsAlive(browser), "the browser is gone");
    }

    [Fact]
    public async Task The_death_of_the_browser_ends_the_session()
    {
        await using var node = await StartAsync();
        var id = await node.CreateAsync();
        using var socket = await AttachAsync(node, id);
        Kill.Now(await BrowserPidAsync(socket));
        Assert.Equal(WebSocketCloseStatus.InternalServerError, (await ClosedAsync(socket)).Code);
        await Eventually.IsTrueAsync(
            async () => await node.StatusOfAsync(id) == HttpStatusCode.NotFound, "the session has ended", seconds: 5);
        Assert.Equal("worker_lost", await node.ReasonOfAsync(id));
    }

    [Fact]
    public async Task An_attached_client_is_activity_and_the_idle_time_begins_when_it_leaves()
    {
        await using var node = await StartAsync(options => options with { SessionTtl = TimeSpan.FromSeconds(1) });
        var id = await node.CreateAsync();
        using (var socket = await AttachAsync(node, id))
        {
            await Task.Delay(TimeSpan.FromSeconds(2));
            await CallAsync(socket, "Browser.getVersion");
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        }

        Assert.Equal(HttpStatusCode.OK, await node.StatusOfAsync(id));
        await Task.Delay(TimeSpan.FromSeconds(1.1));
        Assert.Equal("expired", await node.ReasonOfAsync(id));
    }

    [Fact]
    public async Task Shutdown_tells_attached_clients()
    {
        var node = await StartAsync();
        using var socket = await AttachAsync(node, await node.CreateAsync());
        var closed = ClosedAsync(socket);
        await node.DisposeAsync();
        Assert.Equal((WebSocketCloseStatus.EndpointUnavailable, "the node shuts down"), await closed);
    }

    [Fact]
    public async Task Only_a_websocket_may_attach_and_only_to_a_live_session_with_a_browser()
    {
        await using var simulated = await TestNode.StartAsync(options => options);
        var id = await simulated.CreateAsync();
        using var plain = await simulated.Http.GetAsync($"/sessions/{id}/cdp");
        Assert.Equal(HttpStatusCode.UpgradeRequired, plain.StatusCode);
        Assert.Equal(HttpStatusCode.NotImplemented, await RefusedAsync(simulated, id));
        await simulated.Http.DeleteAsync($"/sessions/{id}");
        Assert.Equal(HttpStatusCode.NotFound, await RefusedAsync(simulated, id));
    }

    private static Task<TestNode> StartAsync(Func<Options, Options>? configure = null)
    {
        if (BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed: run `make browser`");
        return TestNode.StartAsync(
            options => (configure ?? (same => same))(options) with { Worker = "chromium", Warm = 2, MaxWorkers = 3 });
    }

    private static Uri Address(TestNode node, string id) => new($"ws://{node.Http.BaseAddress!.Authority}/sessions/{id}/cdp");

    private static Task<ClientWebSocket> AttachAsync(TestNode node, string id) => ConnectAsync(Address(node, id));

    private static async Task<ClientWebSocket> ConnectAsync(Uri address)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(address, default);
        return socket;
    }

    private static async Task<HttpStatusCode> RefusedAsync(TestNode node, string id)
    {
        using var socket = new ClientWebSocket { Options = { CollectHttpResponseDetails = true } };
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(Address(node, id), default));
        return socket.HttpStatusCode;
    }

    private static async Task<JsonObject> CallAsync(ClientWebSocket socket, string method, string parameters = "{}")
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await socket.SendAsync(
            Encoding.UTF8.GetBytes($$"""{"id":1,"method":"{{method}}","params":{{parameters}}}"""),
            WebSocketMessageType.Text,
            true,
            deadline.Token);
        while (true)
        {
            var message = JsonNode.Parse(await ReceiveAsync(socket, deadline.Token))!.AsObject();
            if (message["id"] is not null)
                return message["result"]?.AsObject() ?? throw new InvalidOperationException(message.ToJsonString());
        }
    }

    private static async Task<string> ReceiveAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 16];
        var length = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            length += part.Count;
        }
        while (!part.EndOfMessage);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private static async Task<(WebSocketCloseStatus? Code, string? Reason)> ClosedAsync(ClientWebSocket socket)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (socket.State == WebSocketState.Open)
            await ReceiveAsync(socket, deadline.Token);
        return (socket.CloseStatus, socket.CloseStatusDescription);
    }

    private static async Task<int> PagesAsync(ClientWebSocket socket) =>
        (await CallAsync(socket, "Target.getTargets"))["targetInfos"]!.AsArray().Count(target => (string?)target!["type"] == "page");

    private static async Task<int> BrowserPidAsync(ClientWebSocket socket)
    {
        var processes = (await CallAsync(socket, "SystemInfo.getProcessInfo"))["processInfo"]!.AsArray();
        return (int)processes.Single(process => (string?)process!["type"] == "browser")!["id"]!;
    }

    private static string ProfileOf(int browser) =>
        File.ReadAllText($"/proc/{browser}/cmdline").Split('\0')
            .Single(word => word.StartsWith("--user-data-dir=", StringComparison.Ordinal))
            .Split('=', 2)[1];
}
