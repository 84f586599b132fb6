using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.Records;
using Steelyard.Workers;

namespace Steelyard.Tests.Functional;

/// <summary>
/// An orchestrator in a separate process, so that a test can kill it. By default its workers are simulated. The last orchestrator that
/// uses a run directory deletes it.
/// </summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private readonly string log;

    private NodeProcess(OsProcess process, string runDirectory, string log)
    {
        Process = process;
        RunDirectory = runDirectory;
        this.log = log;
    }

    public OsProcess Process { get; }

    public string RunDirectory { get; }

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(40) };

    /// <summary>Starts an orchestrator without waiting until it serves. Skips the test when the bundled worker is not built.</summary>
    public static NodeProcess Spawn(string? runDirectory = null, params string[] options) => Spawn(null, runDirectory, options, null);

    /// <summary>Starts an orchestrator in a working directory, with more variables in its environment (<c>NAME=value</c>).</summary>
    public static NodeProcess SpawnIn(string folder, IReadOnlyList<string> variables, params string[] options) =>
        Spawn(null, null, options, null, ["-C", folder, .. variables]);

    /// <summary>Starts an orchestrator with an inherited listening socket, as an init system does; see sd_listen_fds(3).</summary>
    public static Task<NodeProcess> StartOnAsync(Socket socket, string? runDirectory, params string[] options) =>
        ListeningAsync(SpawnOn(socket, runDirectory, options));

    /// <summary>The same without waiting until it serves.</summary>
    public static NodeProcess SpawnOn(Socket socket, string? runDirectory, params string[] options) =>
        Spawn(socket, runDirectory, options, null);

    public static Task<NodeProcess> StartAsync(string? runDirectory = null, params string[] options) =>
        ListeningAsync(Spawn(runDirectory, options));

    /// <summary>Starts an orchestrator with a limit on file descriptors, on the given socket if there is one.</summary>
    public static Task<NodeProcess> StartWithDescriptorsAsync(int descriptors, Socket? socket, params string[] options) =>
        ListeningAsync(Spawn(socket, null, options, descriptors));

    private static NodeProcess Spawn(
        Socket? socket, string? runDirectory, string[] options, int? descriptors, IReadOnlyList<string>? environment = null)
    {
        if (WorkerCommand.FindBundled(AppContext.BaseDirectory) is null)
            Assert.Skip("the bundled worker is not built: run `make build`");
        runDirectory ??= Path.Combine(Path.GetTempPath(), TestNode.FolderName());
        Directory.CreateDirectory(runDirectory);
        var log = Path.Combine(runDirectory, $"test-{Guid.NewGuid():N}.log");
        string[] worker = options.Contains("--worker") ? [] : ["--worker", "simulated"];
        string[] handOver = socket is null ? [] : ["/bin/sh", "-c", "LISTEN_FDS=1 LISTEN_PID=$$ exec \"$@\"", "sh"];
        string[] limit = descriptors is null ? [] : ["/bin/sh", "-c", $"ulimit -n {descriptors} && exec \"$@\"", "sh"];
        var process = OsProcess.Start(new("/usr/bin/env", [
            .. environment ?? [], .. limit, .. handOver, "dotnet", Path.Combine(AppContext.BaseDirectory, "steelyard.dll"),
            "--port", "0", "--warm", "4", "--run-dir", runDirectory, .. worker, .. options,
        ])
        {
            LogPath = log,
            InheritedHandles = socket is null ? [] : [socket.SafeHandle],
        });
        return new(process, runDirectory, log);
    }

    private static async Task<NodeProcess> ListeningAsync(NodeProcess node)
    {
        try
        {
            await Eventually.IsTrueAsync(
                async () => (await node.OutputAsync()).Contains("run dir", StringComparison.Ordinal),
                "it listens");
        }
        catch
        {
            Console.WriteLine(await node.OutputAsync());
            await node.DisposeAsync();
            throw;
        }

        var output = await node.OutputAsync();
        node.Http.BaseAddress = new(output.Split("listens on ")[1].Split('\n')[0].Trim());
        return node;
    }

    /// <summary>Kills the orchestrator, as a crash would, and starts a successor on the same run directory.</summary>
    public async Task<NodeProcess> KillAndRestartAsync(params string[] options)
    {
        await KillAsync();
        return await StartAsync(RunDirectory, options);
    }

    public async Task KillAsync()
    {
        Process.Send(Signal.Kill);
        await Process.Exited;
    }

    public Task<HttpResponseMessage> PostAsync(string? body = null) =>
        Http.PostAsync("/sessions", body is null ? null : new StringContent(body));

    public async Task<string> CreateAsync(string? body = null)
    {
        using var reply = await PostAsync(body);
        Assert.Equal(HttpStatusCode.Created, reply.StatusCode);
        return (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    public async Task<(HttpStatusCode Status, JsonObject? Body)> GetAsync(string path)
    {
        using var reply = await Http.GetAsync(path);
        return (reply.StatusCode, await reply.Content.ReadFromJsonAsync<JsonObject>());
    }

    /// <summary>The status of a session, once the outcome of its recovery is known.</summary>
    public Task<HttpStatusCode> SettledAsync(string path) => SettledAsync(Http, path);

    /// <summary>The status of a session over a new connection, once the outcome of its recovery is known.</summary>
    public async Task<HttpStatusCode> SettledForNewClientAsync(string path)
    {
        using var http = new HttpClient { BaseAddress = Http.BaseAddress };
        return await SettledAsync(http, path);
    }

    private static async Task<HttpStatusCode> SettledAsync(HttpClient http, string path)
    {
        var status = HttpStatusCode.ServiceUnavailable;
        await Eventually.IsTrueAsync(
            async () =>
            {
                using var reply = await http.GetAsync(path);
                return (status = reply.StatusCode) != HttpStatusCode.ServiceUnavailable;
            },
            $"{path} is known");
        return status;
    }

    /// <summary>The pids of the live child processes.</summary>
    public int[] Children() =>
        [.. ProcFile.Pids().Where(pid => ProcessStat.Read(pid) is { State: not 'Z' } stat && stat.Parent == Process.Pid)];

    public async Task<JsonObject> StatusAsync() => (await Http.GetFromJsonAsync<JsonObject>("/status"))!;

    public Task<string> OutputAsync() => File.ReadAllTextAsync(log);

    public async Task<List<JsonNode>> WorkersAsync() =>
        [.. (await Http.GetFromJsonAsync<JsonObject>("/workers"))!["workers"]!.AsArray().Select(worker => worker!)];

    public async Task<int> PidOfAsync(string sessionId) =>
        (int)(await WorkersAsync()).Single(worker => (string?)worker["session_id"] == sessionId)["pid"]!;

    public async Task<List<int>> WorkerPidsAsync(int count, double seconds = 15)
    {
        List<int> pids = [];
        await Eventually.IsTrueAsync(
            async () =>
            {
                pids =
                    [.. (await WorkersAsync()).Where(worker => (string?)worker["state"] == "ready").Select(worker => (int)worker["pid"]!)];
                return pids.Count == count;
            },
            $"{count} workers ready",
            seconds);
        return pids;
    }

    /// <summary>Waits for at least this many ready workers. Workers that were started for a burst stay for a while.</summary>
    public Task ReadyAsync(int least) =>
        Eventually.IsTrueAsync(
            async () => (await WorkersAsync()).Count(worker => (string?)worker["state"] == "ready") >= least,
            $"{least} workers ready");

    // The orchestrator is terminated, so that its own cleaning runs. One that was killed, or was told to leave its workers, leaves them to
    // a successor. A test that ends without a successor stops them here.
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Process.Send(Signal.Terminate);
        await Process.Exited.WaitAsync(TimeSpan.FromSeconds(10));
        if (!Directory.Exists(RunDirectory))
            return;
        try
        {
            using var directory = new RunDirectory(RunDirectory, maxLogBytes: 1);
            var machine = new LinuxMachine();
            await new Leftovers(new(directory, machine), machine, TimeProvider.System, NullLogger<Leftovers>.Instance).KillAllAsync();
        }
        catch (RunDirectoryException)
        {
            return; // A successor has it.
        }

        Directory.Delete(RunDirectory, recursive: true);
    }
}
