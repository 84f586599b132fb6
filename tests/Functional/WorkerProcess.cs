using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Steelyard.Contract;
using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.Workers;

namespace Steelyard.Tests.Functional;

/// <summary>A bundled worker on its own port, without an orchestrator.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    // The test pages are on this machine, which sessions cannot reach by default.
    private const string LocalSites = "allow:127.0.0.1 allow:[::1]";

    private static readonly PortAllocator Ports = new(new LinuxMachine(), 24000, 24900);

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

    public int Pid => process.Pid;

    public Task<ExitStatus> Exited => process.Exited;

    /// <summary>The id of the current session.</summary>
    public string Id { get; private set; } = "";

    /// <summary>Starts a worker and its first session; skips the test when the worker or the browser is missing.</summary>
    /// <param name="mode">The mode of the worker: <c>chromium</c> or <c>simulated</c>.</param>
    /// <param name="arguments">Additional arguments for the command line.</param>
    public static Task<WorkerProcess> StartAsync(string mode = "chromium", params IReadOnlyList<string> arguments) =>
        StartAsync(_ => ["--mode", mode, .. arguments]);

    /// <summary>Starts a worker and its first session; skips the test when the worker or the browser is missing.</summary>
    /// <param name="command">Returns the worker's arguments, given the worker's folder.</param>
    /// <param name="egress">The egress rules of the browser.</param>
    /// <param name="folders">Returns additional folders that the browser may read and write, given the worker's folder.</param>
    public static async Task<WorkerProcess> StartAsync(
        Func<string, IReadOnlyList<string>> command, string egress = LocalSites, Func<string, string>? folders = null)
    {
        if (BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed: run `make browser`");
        if (WorkerCommand.FindBundled(AppContext.BaseDirectory) is not { } path)
        {
            Assert.Skip("the bundled worker is not built: run `make build`");
            throw new InvalidOperationException();
        }

        var folder = Path.Combine(Path.GetTempPath(), $"steelyard-worker-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        var (port, listener) = Ports.Take();
        listener.Dispose(); // The worker opens its port itself.
        var process = OsProcess.Start(new(path, command(folder))
        {
            LogPath = Path.Combine(folder, "log"),
            Environment = new Dictionary<string, string?>
            {
                ["PORT"] = $"{port}",
                ["STEEL_WORKER_DIR"] = folder,
                ["STEEL_EGRESS"] = egress,
                ["STEEL_BROWSER_FOLDERS"] = folders?.Invoke(folder),
            },
        });
        var worker = new WorkerProcess(process, folder, port);
        try
        {
            await worker.ReadyAsync();
            await worker.CreateAsync();
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    public async Task DeleteAsync()
    {
        using var reply = await Http.DeleteAsync($"/sessions/{Id}");
        Assert.Equal(HttpStatusCode.NoContent, reply.StatusCode);
    }

    public Task ReadyAsync() => Eventually.IsTrueAsync(IsAvailableAsync, "the worker is available");

    public async Task CreateAsync()
    {
        using var reply = await PostAsync("/sessions", "{}");
        Assert.Equal(HttpStatusCode.Created, reply.StatusCode);
        Id = (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    /// <summary>The folder of the current browser, with its profile, downloads and temporary files.</summary>
    public string Profile => Directory.GetDirectories(folder, "steel-*").Single();

    /// <summary>The path of a file in the worker's folder.</summary>
    public string FileOf(string name) => Path.Combine(folder, name);

    public string PathOf(string call) => $"/sessions/{Id}/{call}";

    public Task<HttpResponseMessage> PostAsync(string path, string body) =>
        Http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));

    /// <summary>Makes a call for the session, which must succeed, and returns the response as JSON.</summary>
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

    /// <summary>The field that a 400 response names; null when it names none.</summary>
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

    /// <summary>Attaches to the browser like a client.</summary>
    public async Task<DevToolsClient> AttachAsync()
    {
        var version = await Http.GetFromJsonAsync<JsonObject>("/json/version");
        return await DevToolsClient.ConnectAsync(new((string)version!["webSocketDebuggerUrl"]!));
    }

    /// <summary>The pid of the browser itself.</summary>
    public int BrowserPid() => ProcFile.Pids().Single(pid => ProcessStat.Read(pid)?.Parent == Pid);

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
