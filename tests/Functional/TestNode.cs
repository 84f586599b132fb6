using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Steelyard.Contract;
using Steelyard.Hosting;
using Steelyard.Pool;
using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Tests.Functional;

/// <summary>A complete orchestrator on its own port, with real worker processes. Its run directory is deleted with it.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly Node orchestrator;

    private TestNode(Node orchestrator, string runDirectory)
    {
        this.orchestrator = orchestrator;
        RunDirectory = runDirectory;
        Http = new() { BaseAddress = new(Banner.Callable(orchestrator.Url)), Timeout = TimeSpan.FromSeconds(40) };
    }

    /// <summary>A new name for a run directory. It is short, because the sockets of browsers below it may have 108 bytes in all.</summary>
    public static string FolderName() => $"steelyard-test-{Guid.NewGuid():N}"[..27];

    public HttpClient Http { get; }

    public string RunDirectory { get; }

    public WorkerPool Pool => orchestrator.Pool;

    public IEnumerable<RouteEndpoint> Routes => orchestrator.Routes;

    /// <summary>Starts a node; skips the test when the bundled worker is not built.</summary>
    public static async Task<TestNode> StartAsync(Func<Options, Options> configure)
    {
        if (WorkerCommand.FindBundled(AppContext.BaseDirectory) is null)
            Assert.Skip("the bundled worker is not built: run `make build`");
        var options = OptionChecks.Complete(configure(new()
        {
            Port = 0,
            Worker = "simulated",
            Warm = 2,
            MaxWorkers = 8,
            EgressRules = ["allow:127.0.0.1", "allow:[::1]"], // The test pages are on this machine.
            RunDirectory = Path.Combine(Path.GetTempPath(), FolderName()),
        }));
        var orchestrator = Node.Build(options, TimeProvider.System);
        await orchestrator.StartAsync();
        return new(orchestrator, options.RunDirectory);
    }

    /// <summary>Starts a node with real browsers; skips the test when none is installed.</summary>
    public static Task<TestNode> StartChromiumAsync()
    {
        if (BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed: run `make browser`");
        return StartAsync(options => options with { Worker = "chromium", Warm = 1, MaxWorkers = 2 });
    }

    /// <summary>Starts a node whose workers have faults, such as <c>crash@create=1</c>.</summary>
    public static Task<TestNode> StartFaultyAsync(string faults, Func<Options, Options>? configure = null) =>
        StartAsync(options => (configure ?? (same => same))(options) with { Worker = $"simulated --faults {faults} --fault-seed 7" });

    public async Task<string> CreateAsync(string body = "{}")
    {
        using var reply = await PostAsync(body);
        Assert.True(reply.IsSuccessStatusCode, $"{(int)reply.StatusCode}: {await reply.Content.ReadAsStringAsync()}");
        return (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    public Task<HttpResponseMessage> PostAsync(string body, CancellationToken cancellationToken = default) =>
        Http.PostAsync("/sessions", new StringContent(body, Encoding.UTF8, "application/json"), cancellationToken);

    public async Task<HttpStatusCode> StatusOfAsync(string id)
    {
        using var reply = await Http.GetAsync($"/sessions/{id}");
        return reply.StatusCode;
    }

    /// <summary>The reason in the 404 response for a session; fails for any other status.</summary>
    public async Task<string> ReasonOfAsync(string id)
    {
        using var reply = await Http.GetAsync($"/sessions/{id}");
        Assert.Equal(HttpStatusCode.NotFound, reply.StatusCode);
        return (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["reason"]!;
    }

    /// <summary>Attaches to a session's browser like a client.</summary>
    public Task<DevToolsClient> AttachAsync(string id) =>
        DevToolsClient.ConnectAsync(new($"ws://{Http.BaseAddress!.Authority}/sessions/{id}/cdp"));

    /// <summary>A weak reference to a live session.</summary>
    public WeakReference Remember(string id) => new(orchestrator.Sessions.Live.Single(session => session.Id.ToString() == id));

    /// <summary>The pid of the worker that holds a session.</summary>
    public async Task<int> PidOfAsync(string id)
    {
        var workers = (await Http.GetFromJsonAsync<JsonObject>("/workers"))!["workers"]!.AsArray();
        return (int)workers.Single(worker => (string?)worker!["session_id"] == id)!["pid"]!;
    }

    public Task ReadyAsync(int workers) => Eventually.IsTrueAsync(() => Pool.Status().Ready >= workers, $"{workers} workers ready");

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await orchestrator.DisposeAsync();
        Directory.Delete(RunDirectory, recursive: true);
    }
}
