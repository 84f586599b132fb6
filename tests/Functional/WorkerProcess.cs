using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Steelyard.Processes;
using Steelyard.Workers;

namespace Steelyard.Tests.Functional;

/// <summary>One bundled worker with a real browser, on a port of its own and without an orchestrator.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    // The pages of tests are on this machine, where sessions may not go by themselves.
    private const string LocalSites = "allow:127.0.0.1 allow:[::1]";

    private static readonly PortAllocator Ports = new(24000, 24900);

    private readonly OsProcess process;
    private readonly string folder;
    private readonly int port;

    private WorkerProcess(OsProcess process, string folder, int port)
    {
        this.process = process;
        this.folder = folder;
        this.port = port;
        Http = new() { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(100) };
    }

    public HttpClient Http { get; }

    public Task<ExitStatus> Exited => process.Exited;

    /// <summary>The present session.</summary>
    public string Id { get; private set; } = "";

    /// <summary>Starts a worker and its first session; skips the test when there is no worker or no browser.</summary>
    public static async Task<WorkerProcess> StartAsync(string mode = "chromium", string egress = LocalSites)
    {
        if (!BrowserFinder.IsInstalled)
            Assert.Skip("no Chromium is installed: run `make browser`");
        if (WorkerCommand.FindBundled(AppContext.BaseDirectory) is not { } path)
        {
            Assert.Skip("the bundled worker is not built: run `make build`");
            throw new InvalidOperationException();
        }

        var folder = Path.Combine(Path.GetTempPath(), $"steelyard-worker-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        var port = Ports.Take();
        var process = OsProcess.Start(new(path, ["--mode", mode])
        {
            LogPath = Path.Combine(folder, "log"),
            Environment = new Dictionary<string, string?> { ["PORT"] = $"{port}", ["STEEL_WORKER_DIR"] = folder, ["STEEL_EGRESS"] = egress },
        });
        var worker = new WorkerProcess(process, folder, port);
        await worker.ReadyAsync();
        await worker.CreateAsync();
        return worker;
    }

    public Task ReadyAsync() => Eventually.IsTrueAsync(IsAvailableAsync, "the worker is available");

    public async Task CreateAsync()
    {
        using var reply = await PostAsync("/sessions", "{}");
        Assert.Equal(HttpStatusCode.Created, reply.StatusCode);
        Id = (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    public string PathOf(string call) => $"/sessions/{Id}/{call}";

    public Task<HttpResponseMessage> PostAsync(string path, string body) => Http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));

    /// <summary>A call about the session that must succeed, and its answer as JSON.</summary>
    public async Task<JsonObject> CallAsync(string call, string body)
    {
        using var reply = await PostAsync(PathOf(call), body);
        Assert.True(reply.IsSuccessStatusCode, $"{call}: {(int)reply.StatusCode} {await reply.Content.ReadAsStringAsync()}");
        return (await reply.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    public async Task SetUpAsync(string options)
    {
        using var reply = await PostAsync(PathOf("setup"), options);
        Assert.True(reply.StatusCode == HttpStatusCode.NoContent, $"{(int)reply.StatusCode} {await reply.Content.ReadAsStringAsync()}");
    }

    /// <summary>The field that a 400 names; null when it names none.</summary>
    public async Task<string?> RefusedFieldAsync(string call, string body)
    {
        using var reply = await PostAsync(PathOf(call), body);
        var text = await reply.Content.ReadAsStringAsync();
        Assert.True(reply.StatusCode == HttpStatusCode.BadRequest, $"{body}: {(int)reply.StatusCode} {text}");
        var problem = JsonNode.Parse(text)!;
        Assert.NotEmpty((string)problem["message"]!);
        return (string?)problem["field"];
    }

    public async Task<HttpStatusCode> StatusOfAsync(string path)
    {
        using var reply = await Http.GetAsync(path);
        return reply.StatusCode;
    }

    /// <summary>Attaches to the browser as a client does.</summary>
    public async Task<DevToolsClient> AttachAsync()
    {
        var version = await Http.GetFromJsonAsync<JsonObject>("/json/version");
        return await DevToolsClient.ConnectAsync(new((string)version!["webSocketDebuggerUrl"]!));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        process.TrySendToGroup(Signal.Terminate);
        await process.Exited.WaitAsync(TimeSpan.FromSeconds(10));
        Ports.Return(port);
        Directory.Delete(folder, recursive: true);
    }

    private async Task<bool> IsAvailableAsync()
    {
        Assert.False(process.Exited.IsCompleted, "the worker has ended");
        try
        {
            return (bool)(await Http.GetFromJsonAsync<JsonObject>("/status"))!["available"]!;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
