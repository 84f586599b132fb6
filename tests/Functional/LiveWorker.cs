using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Steelyard.Processes;
using Steelyard.Workers;

namespace Steelyard.Tests.Functional;

/// <summary>The bundled worker as a process of its own with a real browser, and without an orchestrator.</summary>
internal sealed class LiveWorker : IAsyncDisposable
{
    // Where the worker looks first.
    private const string Browser = "/usr/lib/chromium/chromium-headless-shell";
    private const string SpyLog = "spy.log";

    private readonly OsProcess process;
    private readonly string folder;
    private readonly HttpClient http;

    private LiveWorker(OsProcess process, int port, string folder)
    {
        this.process = process;
        this.folder = folder;
        http = new() { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(20) };
    }

    public HttpClient Http => http;

    public int Pid => process.Pid;

    /// <summary>Starts one and waits until it is available; skips the test when it is not built or no browser is installed.</summary>
    /// <param name="spied">Write down what is said on the browser's debugging pipe, for <see cref="Spied"/>.</param>
    public static async Task<LiveWorker> StartAsync(bool spied = false)
    {
        if (WorkerCommand.FindBundled(AppContext.BaseDirectory) is not { } program)
        {
            Assert.Skip("the bundled worker is not built: run `make build`");
            throw new InvalidOperationException("Skip throws");
        }

        if (!BrowserFinder.IsInstalled)
            Assert.Skip("no Chromium is installed: run `make browser`");
        var folder = Directory.CreateTempSubdirectory("steelyard-live-").FullName;
        var port = FreePort();
        var environment = new Dictionary<string, string?> { ["PORT"] = port.ToString(CultureInfo.InvariantCulture), ["STEEL_WORKER_DIR"] = folder, ["STEEL_EGRESS"] = "allow:127.0.0.1" };
        if (spied)
        {
            environment["STEEL_BROWSER_PATH"] = WriteSpy(folder);
            environment["STEEL_BROWSER_FOLDERS"] = $"{folder}:{AppContext.BaseDirectory}";
            environment["SPY_LOG"] = Path.Combine(folder, SpyLog);
        }

        var process = OsProcess.Start(new(program, []) { Environment = environment, LogPath = Path.Combine(folder, "worker.log") });
        var worker = new LiveWorker(process, port, folder);
        await Eventually.IsTrueAsync(worker.IsAvailableAsync, "the worker is available");
        return worker;
    }

    public async Task<string> CreateAsync()
    {
        using var reply = await http.PostAsync("/sessions", new StringContent("{}", Encoding.UTF8, "application/json"));
        return (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    public async Task DeleteAsync(string id)
    {
        using var reply = await http.DeleteAsync($"/sessions/{id}");
        Assert.Equal(HttpStatusCode.NoContent, reply.StatusCode);
    }

    /// <summary>The pages of the session's browser, as a client of its own sees them.</summary>
    public async Task<List<(string Id, string Title)>> PagesAsync()
    {
        var pages = await http.GetFromJsonAsync<JsonArray>("/json/list");
        return [.. pages!.Where(page => (string?)page!["type"] == "page").Select(page => ((string)page!["id"]!, (string)page!["title"]!))];
    }

    public async Task<bool> HasTitleAsync(string title) => (await PagesAsync()).Exists(page => page.Title == title);

    /// <summary>How many lines of the spy's log hold a text.</summary>
    public int Spied(string text) => File.ReadLines(Path.Combine(folder, SpyLog)).Count(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Whether any DevTools client has a session with a page of the browser.</summary>
    public async Task<bool> IsAttachedAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var socket = new ClientWebSocket();
        var version = await http.GetFromJsonAsync<JsonObject>("/json/version", deadline.Token);
        await socket.ConnectAsync(new((string)version!["webSocketDebuggerUrl"]!), deadline.Token);
        await socket.SendAsync("""{"id":1,"method":"Target.getTargets"}"""u8.ToArray(), WebSocketMessageType.Text, true, deadline.Token);
        var buffer = new byte[1 << 16];
        var reply = await socket.ReceiveAsync(buffer, deadline.Token);
        var targets = JsonNode.Parse(buffer.AsSpan(0, reply.Count))!["result"]!["targetInfos"]!.AsArray();
        return targets.Any(target => (string?)target!["type"] == "page" && (bool)target["attached"]!);
    }

    /// <summary>The pid of the browser itself.</summary>
    public int BrowserPid() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Single(pid => pid > 0 && ProcessStat.Read(pid)?.Parent == Pid);

    /// <summary>Watches a session.</summary>
    /// <param name="id">The session.</param>
    /// <param name="query">Such as <c>?interactive=false</c>.</param>
    public Task<LiveViewer> WatchAsync(string id, string query = "") => LiveViewer.ConnectAsync(Address(id, query));

    public Uri Address(string id, string query = "") => new($"ws://{http.BaseAddress!.Authority}/sessions/{id}/live{query}");

    public void Send(Signal signal) => process.Send(signal);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        process.Send(Signal.Terminate);
        try
        {
            await process.Exited.WaitAsync(TimeSpan.FromSeconds(5));
        }
        finally
        {
            process.TrySendToGroup(Signal.Kill);
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<bool> IsAvailableAsync()
    {
        try
        {
            return (bool)(await http.GetFromJsonAsync<JsonObject>("/status"))!["available"]!;
        }
        catch (HttpRequestException)
        {
            return false; // It does not listen yet.
        }
    }

    private static string WriteSpy(string folder)
    {
        var path = Path.Combine(folder, "browser");
        var spy = Path.Combine(AppContext.BaseDirectory, "Functional", "spying-browser.mjs");
        File.WriteAllText(path, $"#!/bin/sh\nexec node '{spy}' '{Browser}' \"$@\"\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
