using System.Net;
using System.Net.Http.Json;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Steelyard.Contract;
using Steelyard.Http;
using Steelyard.Settings;

namespace Steelyard.Tests.Functional;

/// <summary>
/// A page of another site, open in an ordinary browser, attacks a node without keys that the browser reaches by many names.
/// </summary>
public sealed class HostilePageTests
{
    private const string Evil = "evil.example";
    private const string Control = "control.example";
    private const string Allowed = "grid.internal";

    private static readonly string Script = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Functional", "hostile-page.mjs"));

    // An address that the browser treats as its own machine, one that leads there although the browser treats it as another machine, and
    // a name that the node accepts. Each takes 15 s, so only `make attacks` tries the others.
    private static readonly string[] Names =
    [
        "127.0.0.1", "0.0.0.0", Allowed,
        .. LongForm.OfAttacks
            ? ["localhost", "[::1]", "0177.0.0.1", "2130706433", "0", "[::]", "[::ffff:127.0.0.1]", .. OwnAddress()]
            : Array.Empty<string>(),
    ];

    [Fact]
    public async Task It_begins_ends_opens_and_closes_nothing_by_whatever_name_it_calls_the_node()
    {
        await using var browser = OrdinaryBrowser.Start(Evil, Control, Allowed);
        await using var site = await Site.StartAsync(new()
        {
            ["/page"] = "<!doctype html><script src=/attack.js></script><body>",
            ["/attack.js"] = Script,
        });
        await using var node = await StartAsync();
        var id = await node.CreateAsync();
        var page = await OpenPageAsync(node, id);
        var (gets, changing, others) = Paths(node, id, page, node.Pool.Workers()[0].Id);
        var before = await LookAsync(node, id);

        using var client = await browser.AttachAsync();
        var tab = await client.AttachToPageAsync();
        await client.GoAsync(tab, $"http://{Evil}:{site.Port}/page");
        await AttackAsync(client, tab, $"http://{Control}:{site.Port}", ["/get"], ["/open"], ["/change"]);
        Assert.Equal((17, 3, 8), (CountOf(site, "/get"), CountOf(site, "/open"), CountOf(site, "/change")));

        foreach (var name in Names)
        {
            await AttackAsync(client, tab, $"http://{name}:{node.Http.BaseAddress!.Port}", gets, changing, others);
            Assert.Equal((name, before), (name, await LookAsync(node, id)));
        }
    }

    [Fact]
    public async Task Every_get_declares_what_it_does_and_one_that_declares_to_read_changes_nothing()
    {
        await using var node = await StartAsync();
        Assert.Equal(
            [
                "/json/activate/{target}", "/json/close/{target}", "/kill/{id}", "/sessions/{id}/json/activate/{target}",
                "/sessions/{id}/json/close/{target}",
            ],
            Gets(node).Where(route => Declared(route) == GetEffect.Changes).Select(route => route.RoutePattern.RawText).Order());
        var id = await node.CreateAsync();
        var page = await OpenPageAsync(node, id);
        var before = await LookAsync(node, id);
        foreach (var route in Gets(node).Where(route => Declared(route) != GetEffect.Changes))
        {
            using var reply = await node.Http.GetAsync(Fill(route, id, page, ""));
            Assert.True((int)reply.StatusCode is < 500 or 501, $"{route.RoutePattern.RawText}: {reply.StatusCode}");
        }

        Assert.Equal(before, await LookAsync(node, id));
    }

    [Fact]
    public async Task Programs_are_served_without_a_key_as_ever()
    {
        await using var node = await StartAsync();
        var id = await node.CreateAsync();
        var page = await OpenPageAsync(node, id);
        foreach (var (path, agent) in new[]
        {
            ($"/sessions/{id}/json/activate/{page}", "node"),
            ($"/sessions/{id}/json/close/{page}", "Go-http-client/1.1"),
            ($"/kill/{id}", "curl/8.5.0"),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("User-Agent", agent);
            request.Headers.TryAddWithoutValidation("Sec-Fetch-Mode", "cors"); // Node's fetch sends this header.
            using var reply = await node.Http.SendAsync(request);
            Assert.True(reply.IsSuccessStatusCode, $"{path}: {reply.StatusCode}");
        }

        await node.ReadyAsync(1);

        // The allowed name: on a WebSocket, every browser sends the origin of its page, and other clients send none.
        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = async (_, _) => await ConnectAsync(node) });
        using var version = await client.GetAsync(new Uri($"http://{Allowed}/json/version"));
        Assert.StartsWith(
            $"ws://{Allowed}/",
            (string)(await version.Content.ReadFromJsonAsync<JsonObject>())!["webSocketDebuggerUrl"]!,
            StringComparison.Ordinal);
        using var socket = new System.Net.WebSockets.ClientWebSocket();
        await socket.ConnectAsync(new($"ws://{Allowed}/"), client, CancellationToken.None);
        Assert.Single((await node.Http.GetFromJsonAsync<JsonObject>("/sessions"))!["sessions"]!.AsArray());
    }

    private static async Task<Stream> ConnectAsync(TestNode node)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, node.Http.BaseAddress!.Port);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static int CountOf(Site site, string path) => site.Paths.Count(asked => asked == path);

    private static Task<TestNode> StartAsync()
    {
        if (BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed: run `make browser`");
        return TestNode.StartAsync(Configure);
    }

    private static Options Configure(Options options) => options with
    {
        Bind = HasIPv6 ? "::" : "127.0.0.1",
        AllowAnonymous = true,
        AllowedHosts = [Allowed],
        Worker = "chromium",
        Warm = 1,
        MaxWorkers = 3,
        SessionTtl = TimeSpan.FromMinutes(10),
    };

    private static bool HasIPv6 => File.Exists("/proc/net/if_inet6") && Socket.OSSupportsIPv6;

    // The address at which other machines reach the node.
    private static IEnumerable<string> OwnAddress() => !HasIPv6 ? [] : NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(each => each.GetIPProperties().UnicastAddresses)
        .Select(each => each.Address)
        .Where(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))
        .Take(1).Select(address => address.ToString());

    private static async Task AttackAsync(
        DevToolsClient client, string tab, string origin, List<string> gets, List<string> changing, List<string> others)
    {
        await client.EvaluateAsync(
            tab,
            $"window.isDone = false; attack('{origin}', {Json(gets)}, {Json(changing)}, {Json(others)})" +
            ".then(() => window.isDone = true); 0");
        await Eventually.IsTrueAsync(
            async () => (bool)(await client.EvaluateAsync(tab, "window.isDone"))!, $"all has been tried against {origin}", seconds: 300);
    }

    private static string Json(List<string> paths) => JsonSerializer.Serialize(paths);

    private static (List<string> Gets, List<string> Changing, List<string> Others) Paths(
        TestNode node, string id, string page, string worker)
    {
        // What only the cloud has is 501 for everybody.
        var all = node.Routes
            .Where(route => !route.RoutePattern.RawText!.Contains("{**rest}", StringComparison.Ordinal))
            .SelectMany(route => Methods(route).Select(method => (Method: method, Path: Fill(route, id, page, worker))))
            .ToList();
        List<string> changing =
        [
            "/kill/all", .. Gets(node).Where(route => Declared(route) == GetEffect.Changes).Select(route => Fill(route, id, page, worker)),
        ];
        string[] more = [$"/?sessionId={id}", "/kill/all", "/json/new?about:blank", $"/sessions/{id}/json/new?about:blank"];
        return (
            [.. all.Where(each => each.Method == "GET").Select(each => each.Path), .. more],
            changing,
            [.. all.Where(each => each.Method is not ("GET" or "HEAD")).Select(each => each.Path).Concat(more).Distinct()]);
    }

    private static IEnumerable<RouteEndpoint> Gets(TestNode node) => node.Routes.Where(route => Methods(route).Contains("GET"));

    private static IReadOnlyList<string> Methods(RouteEndpoint route) =>
        route.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods;

    private static GetEffect Declared(RouteEndpoint route)
    {
        Assert.True(
            route.Metadata.GetMetadata<GetEffect>() is not null,
            $"GET {route.RoutePattern.RawText} does not declare whether it changes anything");
        return route.Metadata.GetRequiredMetadata<GetEffect>();
    }

    private static string Fill(RouteEndpoint route, string id, string page, string worker) => route.RoutePattern.RawText!
        .Replace("/workers/{id}", $"/workers/{worker}", StringComparison.Ordinal)
        .Replace("{id}", id, StringComparison.Ordinal)
        .Replace("{target}", page, StringComparison.Ordinal)
        .Replace("{**path}", "f", StringComparison.Ordinal)
        .Replace("{name}", "n", StringComparison.Ordinal)
        .Replace("{proof}", new string('0', 32), StringComparison.Ordinal);

    private static async Task<string> OpenPageAsync(TestNode node, string id)
    {
        using var reply = await node.Http.PutAsync($"/sessions/{id}/json/new?about:blank", null);
        return (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    // The live sessions and their workers, the number of ended sessions, and the pages with the front page first.
    private static async Task<string> LookAsync(TestNode node, string id)
    {
        var live = (await node.Http.GetFromJsonAsync<JsonObject>("/sessions"))!["sessions"]!.AsArray();
        var ended = (await node.Http.GetFromJsonAsync<JsonObject>("/v1/sessions?status=released"))!["totalCount"];
        using var list = await node.Http.GetAsync($"/sessions/{id}/json/list");
        var pages = list.IsSuccessStatusCode ? (await list.Content.ReadFromJsonAsync<JsonArray>())! : [];
        return $"live {Texts(live, "id")} on {Texts(live, "worker_id")}; ended {ended}; pages {Texts(pages, "id")}";
    }

    private static string Texts(JsonArray list, string name) => string.Join(' ', list.Select(each => (string?)each![name]));
}
