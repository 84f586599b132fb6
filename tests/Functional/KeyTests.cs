using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Steelyard.Settings;

namespace Steelyard.Tests.Functional;

/// <summary>The holder of one key has no access to the sessions of another.</summary>
public sealed class KeyTests
{
    // Routes whose answers are the same for every caller, or cover only the caller's own sessions. Each of them has its own test, here or
    // elsewhere.
    private static readonly string[] Public =
        [
            "/health", "/v1/health", "/readyz", "/status", "/pressure", "/active", "/json/version", "/v1/artifacts/{name}", "/workers/{id}",
            "/v1/sessions/{id}/captchas/{rest}",
        ];

    [Fact]
    public async Task No_route_with_an_id_tells_another_holder_anything()
    {
        await using var node = await StartAsync();
        var id = await CreateAsync(node, "a");
        var routes = await RoutesAsync(node);
        Assert.True(routes.Count > 25, "the description names the routes");
        foreach (var (method, path) in routes.Where(
            route => route.Path.Contains("{id}", StringComparison.Ordinal) && !Public.Contains(route.Path)))
        {
            foreach (var upgrades in new[] { true, false })
            {
                using var reply = await SendAsync(node, method, Fill(path, id), "b", upgrades);
                await CheckTellsNothingAsync(reply, id);
            }
        }

        foreach (var path in new[] { "/", "/chromium", "/chrome" })
        {
            using var reply = await SendAsync(node, HttpMethod.Get, $"{path}?sessionId={id}", "b");
            await CheckTellsNothingAsync(reply, id);
        }

        using var mine = await SendAsync(node, HttpMethod.Get, $"/sessions/{id}", "a", upgrades: false);
        Assert.Equal(HttpStatusCode.OK, mine.StatusCode);
    }

    private static async Task CheckTellsNothingAsync(HttpResponseMessage reply, string id)
    {
        Assert.True(
            reply.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.UpgradeRequired,
            $"{reply.RequestMessage!.Method} {reply.RequestMessage.RequestUri!.PathAndQuery} answered {(int)reply.StatusCode}");
        Assert.DoesNotContain(id, await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    // A probe carries no key and learns only what it asks for.
    [Fact]
    public async Task Readiness_is_for_everybody_and_its_reasons_for_holders_of_a_key()
    {
        await using var node = await StartAsync(
            options => options with { Worker = "simulated --faults never-ready@start=1:busy", Warm = 1 });
        foreach (var (holder, count) in new[] { (null, 0), ("nobody", 0), ("a", 1), ("boss", 1) })
        {
            using var reply = await SendAsync(node, HttpMethod.Get, "/readyz", holder);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.StatusCode);
            Assert.Equal(count, (await reply.Content.ReadFromJsonAsync<JsonObject>())!["reasons"]!.AsArray().Count);
        }

        await using var ready = await StartAsync();
        await ready.ReadyAsync(1);
        using var good = await SendAsync(ready, HttpMethod.Get, "/readyz", null);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
    }

    [Fact]
    public async Task Without_a_key_every_route_but_the_open_ones_is_401()
    {
        await using var node = await StartAsync();
        var id = await CreateAsync(node, "a");
        foreach (var (method, path) in await RoutesAsync(node))
        {
            using var reply = await SendAsync(node, method, Fill(path, id), null);
            if (path is "/health" or "/v1/health" or "/readyz" or "/openapi.json"
                || path.StartsWith("/docs", StringComparison.Ordinal)
                || path.StartsWith("/live/", StringComparison.Ordinal)
                || path.StartsWith("/v1/artifacts/", StringComparison.Ordinal))
                Assert.NotEqual(HttpStatusCode.Unauthorized, reply.StatusCode);
            else
                Assert.Equal(HttpStatusCode.Unauthorized, reply.StatusCode);
        }
    }

    [Fact]
    public async Task Lists_name_the_callers_own_sessions_only_and_an_operator_sees_all()
    {
        await using var node = await StartAsync();
        var (a, b) = (await CreateAsync(node, "a"), await CreateAsync(node, "b"));
        foreach (var path in new[] { "/sessions", "/workers", "/v1/sessions" })
        {
            Assert.Equal((true, false), await NamesAsync(node, path, "a", a, b));
            Assert.Equal((false, true), await NamesAsync(node, path, "b", a, b));
            Assert.Equal((true, true), await NamesAsync(node, path, "boss", a, b));
        }

        using var released = await SendAsync(node, HttpMethod.Post, "/v1/sessions/release", "b");
        using var killed = await SendAsync(node, HttpMethod.Get, "/kill/all", "b");
        using var mine = await SendAsync(node, HttpMethod.Get, $"/sessions/{a}", "a", upgrades: false);
        Assert.Equal(HttpStatusCode.OK, mine.StatusCode);
    }

    // A worker obeys every caller on its port.
    [Fact]
    public async Task Only_operators_learn_where_workers_listen()
    {
        await using var node = await StartAsync();
        await CreateAsync(node, "a");
        foreach (var (holder, isShown) in new[] { ("a", false), ("boss", true) })
            Assert.All(
                (await JsonAsync(node, "/workers", holder))["workers"]!.AsArray(),
                worker => Assert.Equal(isShown, worker!["port"] is not null));
        await using var open = await TestNode.StartAsync(options => options);
        await open.ReadyAsync(1);
        Assert.All(
            (await open.Http.GetFromJsonAsync<JsonObject>("/workers"))!["workers"]!.AsArray(), worker => Assert.NotNull(worker!["port"]));
    }

    [Fact]
    public async Task A_holder_may_stop_only_the_worker_of_a_session_of_its_own()
    {
        await using var node = await StartAsync();
        await CreateAsync(node, "a");
        var workers = await JsonAsync(node, "/workers", "a");
        var worker = workers["workers"]!.AsArray().Single(each => each!["session_id"] is not null)!["id"];
        using var other = await SendAsync(node, HttpMethod.Delete, $"/workers/{worker}", "b");
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
        using var own = await SendAsync(node, HttpMethod.Delete, $"/workers/{worker}", "a");
        Assert.Equal(HttpStatusCode.NoContent, own.StatusCode);
    }

    [Fact]
    public async Task A_key_is_taken_in_every_form_clients_send()
    {
        await using var node = await StartAsync();
        foreach (var (name, value) in new[]
        {
            ("steel-api-key", "key-a"),
            ("x-api-key", "key-a"),
            ("Authorization", "Bearer key-a"),
            ("Authorization", "Basic " + Convert.ToBase64String("me:key-a"u8)),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/sessions");
            request.Headers.TryAddWithoutValidation(name, value);
            using var reply = await node.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        }
    }

    [Fact]
    public async Task A_key_at_its_limit_is_429_and_others_are_served()
    {
        await using var node = await StartAsync(options => options with { KeyMaxSessions = 1 });
        var id = await CreateAsync(node, "a");
        using var more = await SendAsync(node, HttpMethod.Post, "/sessions", "a");
        Assert.Equal(HttpStatusCode.TooManyRequests, more.StatusCode);
        Assert.NotNull(more.Headers.RetryAfter);
        await CreateAsync(node, "b");
        using var deleted = await SendAsync(node, HttpMethod.Delete, $"/sessions/{id}", "a");
        await CreateAsync(node, "a");
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task Pages_of_other_sites_reach_nothing(string name, string value)
    {
        await using var node = await TestNode.StartAsync(options => options);
        foreach (var (method, path) in await RoutesAsync(node))
        {
            using var request = new HttpRequestMessage(method, Fill(path, Guid.NewGuid().ToString()));
            request.Headers.Add(name, value);
            using var reply = await node.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.Forbidden, reply.StatusCode);
        }
    }

    private static Task<TestNode> StartAsync(Func<Options, Options>? configure = null) =>
        TestNode.StartAsync(
            options => (configure ?? (same => same))(options) with { ApiKeys = ["a:key-a", "b:key-b"], OperatorKeys = ["boss:key-boss"] });

    private static async Task<List<(HttpMethod Method, string Path)>> RoutesAsync(TestNode node)
    {
        var paths = (await JsonAsync(node, "/openapi.json", "boss"))["paths"]!.AsObject();
        return [.. DescribedRoutes.In(paths).Select(each => (new HttpMethod(each.Method), each.Path))];
    }

    private static string Fill(string path, string id) => path.Replace("{id}", id, StringComparison.Ordinal)
        .Replace("{target}", "T", StringComparison.Ordinal).Replace("{path}", "f", StringComparison.Ordinal)
        .Replace("{name}", "n", StringComparison.Ordinal).Replace("{proof}", new string('0', 32), StringComparison.Ordinal);

    private static async Task<(bool First, bool Second)> NamesAsync(TestNode node, string path, string holder, string first, string second)
    {
        using var reply = await SendAsync(node, HttpMethod.Get, path, holder);
        var text = await reply.Content.ReadAsStringAsync();
        return (text.Contains(first, StringComparison.Ordinal), text.Contains(second, StringComparison.Ordinal));
    }

    private static async Task<JsonObject> JsonAsync(TestNode node, string path, string holder)
    {
        using var reply = await SendAsync(node, HttpMethod.Get, path, holder);
        return (await reply.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private static async Task<string> CreateAsync(TestNode node, string holder)
    {
        using var reply = await SendAsync(node, HttpMethod.Post, "/sessions", holder);
        Assert.Equal(HttpStatusCode.Created, reply.StatusCode);
        return (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    private static Task<HttpResponseMessage> SendAsync(
        TestNode node, HttpMethod method, string path, string? holder, bool upgrades = true)
    {
        var request = new HttpRequestMessage(method, path);
        if (method == HttpMethod.Post)
            request.Content = new StringContent("{}", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        if (holder is not null)
            request.Headers.Add("steel-api-key", $"key-{holder}");

        // On routes with a WebSocket, the result of the upgrade counts. Other routes ignore these headers.
        if (upgrades && method == HttpMethod.Get)
        {
            foreach (var (name, value) in new[]
            {
                ("Connection", "Upgrade"),
                ("Upgrade", "websocket"),
                ("Sec-WebSocket-Version", "13"),
                ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
            })
                request.Headers.Add(name, value);
        }

        return node.Http.SendAsync(request);
    }
}
