using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Tests.Functional;

/// <summary>Workers that implement the API of the open-source Steel worker, including its peculiarities (steel-worker.mjs).</summary>
public sealed class SteelWorkerTests
{
    private const string Browser = "/usr/lib/chromium/chromium-headless-shell";
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "Functional", "steel-worker.mjs");

    [Fact]
    public async Task A_session_lives_and_ends_and_its_worker_is_free_again()
    {
        await using var node = await StartAsync();
        var id = await node.CreateAsync();
        var body = await node.Http.GetFromJsonAsync<JsonObject>($"/sessions/{id}");
        Assert.Equal((id, "live"), ((string?)body!["id"], (string?)body["status"]));
        using var deleted = await node.Http.DeleteAsync($"/sessions/{id}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal("deleted", await node.ReasonOfAsync(id));
        await node.ReadyAsync(2);
        Assert.All(node.Pool.Workers(), worker => Assert.Equal(0, worker.Restarts));
    }

    [Fact]
    public async Task Options_reach_the_worker_in_its_own_create_and_only_those_a_client_may_choose()
    {
        await using var node = await StartAsync();
        using var reply = await node.Http.PostAsJsonAsync("/v1/sessions", new
        {
            userAgent = "Mine/1.0",
            dimensions = new { width = 900, height = 700 },
            timezone = "Asia/Tokyo",
            timeout = 60_000,
            extra = new { orgExtensions = "x" },
        });
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        var id = (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
        var received = (await node.Http.GetFromJsonAsync<JsonObject>($"/sessions/{id}"))!["received"]!.ToJsonString();
        Assert.Equal("""{"userAgent":"Mine/1.0","dimensions":{"width":900,"height":700},"timezone":"Asia/Tokyo"}""", received);
        var plain = await node.CreateAsync("""{"userDataDir":"/etc","extensions":["/tmp/x"],"blockAds":true}""");
        Assert.Equal(
            """{"blockAds":true}""", (await node.Http.GetFromJsonAsync<JsonObject>($"/sessions/{plain}"))!["received"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"locale":"de-DE"}""", HttpStatusCode.NotImplemented, "locale")]
    [InlineData("""{"timezone":"Mars/Base"}""", HttpStatusCode.BadRequest, "timezone")]
    [InlineData("""{"userDataDir":"/etc"}""", HttpStatusCode.NotImplemented, "userDataDir")]
    public async Task What_cannot_be_had_is_refused_by_name_before_any_worker_is_asked(string body, HttpStatusCode status, string field)
    {
        await using var node = await StartAsync();
        await node.ReadyAsync(2);
        using var reply = await node.Http.PostAsync("/v1/sessions", new StringContent(body, null, "application/json"));
        Assert.Equal(status, reply.StatusCode);
        Assert.Contains($"'{field}'", await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(2, node.Pool.Status().Ready);
    }

    [Fact]
    public async Task A_release_that_only_seems_to_succeed_costs_the_worker_its_life()
    {
        await using var node = await StartAsync(
            " sticky", options => options with { Warm = 1, MaxWorkers = 1, WorkerStartTimeout = TimeSpan.FromSeconds(3) });
        var id = await node.CreateAsync();
        var pid = node.Pool.Workers()[0].Pid;
        using var deleted = await node.Http.DeleteAsync($"/sessions/{id}");
        var next = await node.CreateAsync();
        Assert.NotEqual(id, next);
        Assert.NotEqual(pid, node.Pool.Workers()[0].Pid);
        Assert.False(Kill.IsAlive(pid));
    }

    [Fact]
    public async Task A_session_that_somebody_else_has_ended_is_lost_although_the_worker_answers_200()
    {
        await using var node = await StartAsync(configure: options => options with { Warm = 1, MaxWorkers = 1 });
        var id = await node.CreateAsync();
        using var direct = new HttpClient();
        using var stolen = await direct.PostAsJsonAsync($"http://127.0.0.1:{node.Pool.Workers()[0].Port}/v1/sessions", new { });
        Assert.Equal(HttpStatusCode.OK, stolen.StatusCode);
        Assert.Equal("worker_lost", await node.ReasonOfAsync(id));
    }

    [Fact]
    public async Task A_success_without_a_session_is_no_session()
    {
        await using var node = await StartAsync();
        using var reply = await node.Http.PostAsJsonAsync("/v1/sessions", new { dimensions = new { width = 4096, height = 700 } });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.StatusCode);
        Assert.Empty((await node.Http.GetFromJsonAsync<JsonObject>("/sessions"))!["sessions"]!.AsArray());
    }

    [Fact]
    public async Task Timeouts_are_kept_though_the_worker_ignores_them()
    {
        await using var node = await StartAsync();
        using var reply = await node.Http.PostAsJsonAsync("/v1/sessions", new { timeout = 1000 });
        var id = (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
        await node.ReadyAsync(1);
        await Eventually.IsTrueAsync(async () => await node.StatusOfAsync(id) == HttpStatusCode.NotFound, "it has expired");
        Assert.Equal("expired", await node.ReasonOfAsync(id));
    }

    [Fact]
    public async Task Clients_attach_to_the_roots_socket_and_learn_its_address_by_discovery()
    {
        if (!File.Exists(Browser))
            Assert.Skip($"no browser at {Browser}");
        await using var node = await StartAsync($" browser={Browser}", options => options with { Warm = 1, MaxWorkers = 1 });
        var id = await node.CreateAsync();
        var address = (string)(await node.Http.GetFromJsonAsync<JsonObject>($"/sessions/{id}/json/version/"))!["webSocketDebuggerUrl"]!;
        using (var client = await DevToolsClient.ConnectAsync(new(address)))
            Assert.Contains("Chrome", (string?)(await client.CallAsync("Browser.getVersion"))["product"], StringComparison.Ordinal);
        using var list = await node.Http.GetAsync($"/sessions/{id}/json/list");
        Assert.Equal(HttpStatusCode.NotImplemented, list.StatusCode);
        using var root = await node.Http.GetAsync("/json/version");
        Assert.Equal(HttpStatusCode.OK, root.StatusCode);
    }

    [Fact]
    public async Task Browsers_with_one_debugging_port_for_all_are_found_out_and_only_those_that_work_are_started()
    {
        if (!File.Exists(Browser))
            Assert.Skip($"no browser at {Browser}");
        using var held = new TcpListener(IPAddress.Loopback, 0);
        held.Start();
        var port = ((IPEndPoint)held.LocalEndpoint).Port;
        held.Stop();
        await using var node = await StartAsync($" browser={Browser} port={port}", options => options with { Warm = 4, MaxWorkers = 4 });
        var most = ForeignBrowsers.HasIpv6() ? 2 : 1;
        await node.ReadyAsync(most);
        var status = (await node.Http.GetFromJsonAsync<JsonObject>("/status"))!;
        Assert.Equal(most, node.Pool.Status().Max);
        Assert.Contains($"\"max\":{most}", status.ToJsonString(), StringComparison.Ordinal);
        for (var i = 0; i < most; i++)
        {
            using var client = await node.AttachAsync(await node.CreateAsync());
            await client.CallAsync("Browser.getVersion");
        }

        Assert.Equal(most, node.Pool.Workers().Count);
    }

    [Fact]
    public void The_bundled_worker_does_not_speak_it()
    {
        var refused = Assert.Throws<WorkerCommandException>(
            () => WorkerCommand.Parse("chromium", "/", "/opt/steel-browser", true, WorkerApi.Steel));
        Assert.Contains("--worker-api steel", refused.Message, StringComparison.Ordinal);
    }

    private static Task<TestNode> StartAsync(string arguments = "", Func<Options, Options>? configure = null) =>
        TestNode.StartAsync(
            options => (configure ?? (same => same))(options) with
            {
                Worker = $"/usr/bin/env node {Script}{arguments}",
                WorkerApi = WorkerApi.Steel,
            });
}
