using System.Net;
using System.Net.Http.Json;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Steelyard.Contract;

namespace Steelyard.Tests.Functional;

/// <summary>
/// The addresses of this machine that a session's browser can reach, by every known way. Uses real Chromium and prints what the page
/// saw.
/// </summary>
public sealed class EgressTests
{
    internal const string Blocked = "is blocked by this node's --egress rules";

    // The ways in which a page can use an address. Each script is a promise that settles once the browser's attempt is over.
    private static readonly (string Name, string Script)[] Ways =
    [
        ("fetch", "fetch(URL, {mode: 'no-cors'}).then(() => 'an answer it cannot read', e => e.message)"),
        (
            "image",
            "new Promise(done => { const i = new Image(); i.onload = () => done('loaded'); i.onerror = () => done('error'); " +
            "i.src = URL; })"),
        (
            "script",
            "new Promise(done => { const s = document.createElement('script'); s.onload = () => done('ran'); " +
            "s.onerror = () => done('error'); s.src = URL; document.head.append(s); })"),
        (
            "iframe",
            "new Promise(done => { const f = document.createElement('iframe'); f.onload = () => done('loaded something'); " +
            "f.src = URL; document.body.append(f); })"),
        (
            "WebSocket",
            "new Promise(done => { const w = new WebSocket(URL.replace('http', 'ws')); w.onopen = () => done('open'); " +
            "w.onerror = () => done('error'); })"),
        (
            "EventSource",
            "new Promise(done => { const e = new EventSource(URL); e.onopen = () => done('open'); e.onerror = () => done('error'); })"),
        ("redirect", "fetch('/redirect?' + URL, {mode: 'no-cors'}).then(() => 'an answer it cannot read', e => e.message)"),
        ("dedicated worker", "new Promise(done => new Worker('/worker.js?' + URL).onmessage = e => done(e.data))"),
        (
            "service worker",
            "navigator.serviceWorker.register('/service.js?' + URL).then(r => r.installing ?? r.waiting ?? r.active)" +
            ".then(s => new Promise(done => { navigator.serviceWorker.onmessage = e => done(e.data); s.postMessage(0); }))"),
        ("https", "fetch(URL.replace('http', 'https'), {mode: 'no-cors'}).then(() => 'an answer it cannot read', e => e.message)"),
        ("beacon", "navigator.sendBeacon(URL, 'x') ? fetch(URL, {mode: 'no-cors'}).then(() => 'sent', () => 'sent, and lost') : 'refused'"),
    ];

    // These use UDP, which is closed to every session regardless of the rules.
    private static readonly (string Name, string Script)[] DatagramWays =
    [
        (
            "WebRTC over STUN",
            "new Promise(done => { const p = new RTCPeerConnection({iceServers: [{urls: 'stun:HOST'}]}), seen = []; " +
            "p.onicecandidate = e => { if (e.candidate) seen.push(e.candidate.type); " +
            "else done('candidates: ' + (seen.join() || 'none')); }; p.createDataChannel('x'); " +
            "p.createOffer().then(o => p.setLocalDescription(o)); " +
            "setTimeout(() => done('gathering for 3 s: ' + (seen.join() || 'none')), 3000); })"),
        (
            "WebTransport",
            "self.WebTransport === undefined ? 'not for this page' : new Promise(done => { " +
            "const t = new WebTransport(URL.replace('http', 'https')); t.ready.then(() => done('open'), e => done(e.message)); })"),
    ];

    [Fact]
    public async Task Every_address_of_this_machine_and_of_a_cloud_is_answered_by_the_rules()
    {
        await using var node = await StartAsync([]);
        using var trap = new Trap();
        var id = await node.CreateAsync();
        using var client = await node.AttachAsync(id);
        var page = await client.AttachToPageAsync();
        foreach (var (what, url) in await AddressesAsync(node, id, trap))
        {
            var error = (string?)(await client.CallAsync("Page.navigate", new() { ["url"] = url }, page))["errorText"];
            var seen = error ?? await TextAsync(client, page, url);
            Console.WriteLine($"| {what,-40} | {url,-45} | {seen} |");
            var isUnknown = seen!.Contains("cannot find the address of", StringComparison.Ordinal); // A name that exists only in a cloud.
            Assert.True(error is not null || isUnknown || seen.Contains(Blocked, StringComparison.Ordinal), $"{what}: {seen}");
        }

        Assert.Equal(0, trap.Connections);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_page_reaches_a_forbidden_port_by_no_way_and_an_allowed_one_by_all(bool allowed)
    {
        await using var site = await Site.StartAsync(Pages);
        using var trap = new Trap();
        var rules = new List<string> { $"allow:127.0.0.1:{site.Port}" };
        if (allowed)
            rules.Add($"allow:127.0.0.1:{trap.Port}");
        await using var node = await StartAsync(rules);
        using var client = await node.AttachAsync(await node.CreateAsync());
        var page = await client.AttachToPageAsync();
        await client.GoAsync(page, $"{site.Url}/");
        foreach (var (name, script) in Ways.Concat(DatagramWays))
        {
            var before = trap.Connections;
            var seen = (string?)await client.EvaluateAsync(page, Fill(script, trap));
            var reached = trap.Connections > before;
            Console.WriteLine(
                $"| {(allowed ? "allowed" : "forbidden"),-9} | {name,-17} | {(reached ? "reached" : "not reached"),-11} | {seen} |");
            Assert.True(reached == (allowed && !DatagramWays.Contains((name, script))), $"{name}: {seen}");
        }

        Assert.Equal(0, trap.Packets);
    }

    [Fact]
    public async Task A_client_gets_past_the_relay_no_more_than_a_page()
    {
        await using var site = await Site.StartAsync(Pages);
        using var trap = new Trap();
        await using var node = await StartAsync([$"allow:127.0.0.1:{site.Port}"]);
        using var client = await node.AttachAsync(await node.CreateAsync());
        var isolation = (await node.Http.GetFromJsonAsync<JsonObject>("/readyz"))!["isolation"]!;
        if (isolation["egress"]!["why"] is { } partly)
            Assert.Skip($"the kernel does not enforce it here: {partly}");
        foreach (var proxy in new[] { "direct://", $"127.0.0.1:{trap.Port}", $"socks5://127.0.0.1:{trap.Port}" })
        {
            var context = (string)(await client.CallAsync(
                "Target.createBrowserContext",
                new() { ["proxyServer"] = proxy, ["proxyBypassList"] = "<local>" }))["browserContextId"]!;
            var target = await client.CallAsync("Target.createTarget", new() { ["url"] = "about:blank", ["browserContextId"] = context });
            var page = (string)(await client.CallAsync(
                "Target.attachToTarget",
                new() { ["targetId"] = (string)target["targetId"]!, ["flatten"] = true }))["sessionId"]!;
            var went = await client.CallAsync("Page.navigate", new() { ["url"] = $"http://127.0.0.1:{trap.Port}/" }, page);
            Console.WriteLine($"| a context with the proxy {proxy,-24} | {went["errorText"]} |");
            Assert.NotNull(went["errorText"]);
            foreach (var (name, script) in DatagramWays)
                Console.WriteLine($"| the same, {name,-29} | {await client.EvaluateAsync(page, Fill(script, trap))} |");
        }

        Assert.Equal((0, 0), (trap.Connections, trap.Packets));
    }

    private static Dictionary<string, string> Pages => new()
    {
        ["/"] = "<title>allowed</title>",
        ["/worker.js"] =
            "fetch(location.search.slice(1), {mode: 'no-cors'}).then(() => 'an answer it cannot read', e => e.message).then(postMessage)",
        ["/service.js"] =
            "onmessage = e => e.waitUntil(fetch(location.search.slice(1), {mode: 'no-cors'})" +
            ".then(() => 'an answer it cannot read', x => x.message).then(m => e.source.postMessage(m)))",
    };

    private static string Fill(string script, Trap trap) => script
        .Replace("URL", $"'http://127.0.0.1:{trap.Port}/'", StringComparison.Ordinal)
        .Replace("HOST", $"127.0.0.1:{trap.Port}", StringComparison.Ordinal);

    // The page appears a moment after the response to the navigation.
    private static async Task<string> TextAsync(DevToolsClient client, string page, string url)
    {
        var text = "";
        await Eventually.IsTrueAsync(
            async () => (
                text = ((string?)await client.EvaluateAsync(page, "location.href === 'about:blank' ? '' : document.body?.innerText ?? ''"))!
                    .Trim()).Length > 0,
            $"{url} shows something");
        await client.GoAsync(page, "about:blank");
        return text;
    }

    internal static async Task<TestNode> StartAsync(IReadOnlyList<string> rules)
    {
        if (BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed: run `make browser`");
        var node = await TestNode.StartAsync(
            options => options with { Worker = "chromium", EgressRules = rules, WorkerStartTimeout = TimeSpan.FromSeconds(40) });
        await node.ReadyAsync(2);
        return node;
    }

    private static async Task<List<(string What, string Url)>> AddressesAsync(TestNode node, string id, Trap trap)
    {
        var workers = node.Pool.Workers();
        var own = await node.PidOfAsync(id);
        List<(string, string)> list =
        [
            ("our own API", $"{node.Http.BaseAddress}status"),
            ("its own worker", $"http://127.0.0.1:{workers.Single(worker => worker.Pid == own).Port}/status"),
            ("another worker", $"http://127.0.0.1:{workers.First(worker => worker.Pid != own).Port}/status"),
            ("another worker's DevTools", await DevToolsAsync(workers.First(worker => worker.Pid != own).Port)),
        ];
        string[] spellings =
        [
            "127.0.0.1", "localhost", "localhost.", "[::1]", "0.0.0.0", "[::]", "2130706433", "0x7f000001", "017700000001", "127.1",
            "[::ffff:127.0.0.1]", "[::127.0.0.1]", "127.255.255.254",
        ];
        list.AddRange(spellings.Select(host => ("this machine", $"http://{host}:{trap.Port}/")));
        list.AddRange(NamesOfLoopback().Select(name => ("a name that means loopback", $"http://{name}:{trap.Port}/")));
        list.AddRange(NetworkInterface.GetAllNetworkInterfaces().SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Where(address => !IPAddress.IsLoopback(address.Address) && address.Address.AddressFamily == AddressFamily.InterNetwork)
            .Select(address => ("an address of this machine's network card", $"http://{address.Address}:{trap.Port}/")));
        string[] clouds =
        [
            "169.254.169.254", "[::ffff:169.254.169.254]", "metadata.google.internal", "169.254.170.2", "100.100.100.200", "168.63.129.16",
            "[fd00:ec2::254]",
        ];
        list.AddRange(clouds.Select(host => ("a cloud's metadata", $"http://{host}/latest/meta-data/")));
        list.AddRange(
            ((string[])["10.0.0.1", "172.16.0.1", "192.168.1.1", "[fd12::1]", "[fe80::1]"])
                .Select(host => ("a private network", $"http://{host}/")));
        return list;
    }

    private static IEnumerable<string> NamesOfLoopback() => File.ReadLines("/etc/hosts")
        .Select(line => line.Split('#')[0].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length > 1 && IPAddress.TryParse(words[0], out var address) && IPAddress.IsLoopback(address))
        .SelectMany(words => words.Skip(1)).Where(name => name != "localhost").Distinct();

    private static async Task<string> DevToolsAsync(int workerPort)
    {
        using var http = new HttpClient();
        var version = await http.GetFromJsonAsync<JsonObject>($"http://127.0.0.1:{workerPort}/json/version");
        return $"http://{new Uri((string)version!["webSocketDebuggerUrl"]!).Authority}/json/version";
    }
}
