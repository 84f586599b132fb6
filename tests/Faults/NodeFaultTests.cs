using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Steelyard.Processes;
using Steelyard.Tests.Functional;

namespace Steelyard.Tests.Faults;

/// <summary>The orchestrator itself is killed, or runs out of what it needs, or its clients vanish.</summary>
[Collection(FaultTable.Alone)]
public sealed class NodeFaultTests
{
    private const string Utilities = "/usr/bin";

    [Fact]
    public async Task Killed_at_random_moments_under_load()
    {
        const int Clients = 8;
        var random = new Random(7);
        var promised = new ConcurrentDictionary<string, bool>();
        var node = await NodeProcess.StartAsync(null, "--max-workers", "64", "--warm", "8", "--session-ttl", "10m");
        try
        {
            for (var run = 0; run < FaultTable.Runs * 10; run++)
            {
                using var stop = new CancellationTokenSource();
                var clients = Enumerable.Range(0, Clients).Select(_ => UseAsync(node, promised, stop.Token)).ToList();
                await Task.Delay(random.Next(5, 300));
                await node.KillAsync();
                await stop.CancelAsync();
                await Task.WhenAll(clients);
                var clock = Stopwatch.Start();
                node = await NodeProcess.StartAsync(node.RunDirectory, "--max-workers", "64", "--warm", "8", "--session-ttl", "10m");
                FaultTable.Add("orchestrator kill -9", "serves again after", clock.Elapsed);
                var lost = 0;
                foreach (var id in promised.Keys)
                    lost += (await node.GetAsync($"/sessions/{id}")).Status == HttpStatusCode.OK ? 0 : 1;
                FaultTable.Add("orchestrator kill -9", "promised sessions that were lost", lost);
                Assert.Equal(0, lost);
                foreach (var id in promised.Keys)
                {
                    using (await node.Http.DeleteAsync($"/sessions/{id}"))
                        promised.TryRemove(id, out _);
                }
            }

            // Those whose replies went down with an orchestrator are live all the same.
            foreach (var session in (await node.GetAsync("/sessions")).Body!["sessions"]!.AsArray())
            {
                using var deleted = await node.Http.DeleteAsync($"/sessions/{(string)session!["id"]!}");
            }

            await Eventually.IsTrueAsync(async () => (await node.WorkersAsync()).TrueForAll(worker => (string?)worker["state"] == "ready"), "all workers are clean", seconds: 30);
            var known = (await node.WorkersAsync()).ConvertAll(worker => (int)worker["pid"]!);
            var orphans = WorkersOf(node.RunDirectory).Except(known).Count();
            FaultTable.Add("orchestrator kill -9", "orphans at the end", orphans);
            Assert.Equal(0, orphans);
        }
        finally
        {
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task Killed_with_many_sessions()
    {
        var sessions = FaultTable.Runs > 1 ? 200 : 40;
        string[] options = ["--max-workers", $"{sessions}", "--warm", $"{sessions}", "--session-ttl", "10m"];
        var node = await NodeProcess.StartAsync(null, options);
        try
        {
            await node.WorkerPidsAsync(sessions, seconds: 60);
            var ids = new List<string>();
            for (var i = 0; i < sessions; i++)
                ids.Add(await node.CreateAsync());
            for (var run = 0; run < FaultTable.Runs; run++)
            {
                await node.KillAsync();
                var clock = Stopwatch.Start();
                node = await NodeProcess.StartAsync(node.RunDirectory, options);
                Assert.All(await Task.WhenAll(ids.Select(id => node.SettledAsync($"/sessions/{id}"))), status => Assert.Equal(HttpStatusCode.OK, status));
                FaultTable.Add($"orchestrator kill -9 with {sessions} sessions", "all are served by the next after", clock.Elapsed);
            }
        }
        finally
        {
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task Killed_while_it_is_supervised()
    {
        await using var node = await NodeProcess.StartAsync(null, "--supervised");
        var id = await node.CreateAsync();
        var worker = await node.PidOfAsync(id);
        for (var run = 0; run < FaultTable.Runs; run++)
        {
            var orchestrator = Assert.Single(node.Children());
            var clock = Stopwatch.Start();
            Kill.Now(orchestrator);
            await Eventually.IsTrueAsync(() => !Kill.IsAlive(orchestrator), "it is dead");
            var clients = Enumerable.Range(0, 20).Select(_ => node.StatusForNewClientAsync($"/sessions/{id}")).ToList(); // None is refused: that would throw.
            await Eventually.IsTrueAsync(() => node.Children() is [var next] && next != orchestrator, "there is another one");
            FaultTable.Add("supervised orchestrator kill -9", "started again after", clock.Elapsed);
            Assert.All(await Task.WhenAll(clients), status => Assert.Equal(HttpStatusCode.OK, status));
            FaultTable.Add("supervised orchestrator kill -9", "20 clients that came meanwhile are answered after", clock.Elapsed);
            Assert.Equal(worker, await node.PidOfAsync(id));
            if (run < FaultTable.Runs - 1)
                await Task.Delay(Supervisor.Quick); // One that ends sooner is started again after a pause.
        }
    }

    [Fact]
    public async Task Its_run_directory_is_full()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("only root may mount a small file system");
        var folder = Directory.CreateTempSubdirectory("steelyard-full-").FullName;
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=4m", "none", folder);
        try
        {
            await using var node = await NodeProcess.StartAsync(Path.Combine(folder, "run"), "--warm", "2", "--max-workers", "8", "--on-worker-lost", "restore"); // So that bodies are kept.
            for (var run = 0; run < FaultTable.Runs; run++)
            {
                var id = await node.CreateAsync();
                await node.ReadyAsync(2);
                var size = 0;
                await Eventually.IsTrueAsync(() => IsRefusedWhenFullAsync(node, Path.Combine(folder, "filler"), size += 20_000), "creates are refused");
                Assert.Equal(HttpStatusCode.OK, (await node.GetAsync($"/sessions/{id}")).Status);
                File.Delete(Path.Combine(folder, "filler"));
                var clock = Stopwatch.Start();
                await Eventually.IsTrueAsync(async () => await IsCreatedAsync(node), "creates are taken again");
                FaultTable.Add("run directory full", "creates again after room is made", clock.Elapsed);
                using var deleted = await node.Http.DeleteAsync($"/sessions/{id}");
            }
        }
        finally
        {
            await RunAsync("umount", "-l", folder);
            Directory.Delete(folder);
        }
    }

    [Fact]
    public async Task It_has_no_descriptors_left()
    {
        await using var node = await NodeProcess.StartAsync(null, "--warm", "2", "--max-workers", "8");
        for (var run = 0; run < FaultTable.Runs; run++)
        {
            await node.ReadyAsync(2);
            var id = await node.CreateAsync();
            var pid = node.Process.Pid;
            var open = Directory.GetFiles($"/proc/{pid}/fd").Length;
            await RunAsync("prlimit", $"--pid={pid}", $"--nofile={open}:");
            Assert.Equal(HttpStatusCode.OK, (await node.GetAsync($"/sessions/{id}")).Status);
            await RunAsync("prlimit", $"--pid={pid}", "--nofile=4096:");
            var clock = Stopwatch.Start();
            await Eventually.IsTrueAsync(async () => await IsCreatedAsync(node), "creates are taken again");
            FaultTable.Add("no descriptors", "creates again after there are some", clock.Elapsed);
            using var deleted = await node.Http.DeleteAsync($"/sessions/{id}");
        }
    }

    [Fact]
    public async Task Two_hundred_clients_vanish()
    {
        await using var node = await Node.StartAsync(options => options with { Warm = 4, MaxWorkers = 16, SessionTtl = TimeSpan.FromSeconds(2) });
        var random = new Random(11);
        for (var run = 0; run < FaultTable.Runs; run++)
        {
            await Task.WhenAll(Enumerable.Range(0, 200).Select(number => VanishAsync(node, number, random.Next(1, 60))));
            var clock = Stopwatch.Start();
            await Eventually.IsTrueAsync(() => node.Pool.Status() is { Leased: 0, Queued: 0 }, "nothing is held for them", seconds: 20);
            FaultTable.Add("200 clients vanish", "nothing is held any more after", clock.Elapsed);
        }
    }

    // Sends all or a part of a create or a connect, and is gone without a word: the connection is reset.
    private static async Task VanishAsync(Node node, int number, int milliseconds)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new(true, 0) };
        await socket.ConnectAsync("127.0.0.1", node.Http.BaseAddress!.Port);
        var request = number % 2 == 0
            ? "POST /sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"
            : "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(number % 5 == 0 ? request[..(request.Length / 2)] : request));
        await Task.Delay(milliseconds);
    }

    private static async Task UseAsync(NodeProcess node, ConcurrentDictionary<string, bool> promised, CancellationToken stop)
    {
        using var http = new HttpClient { BaseAddress = node.Http.BaseAddress };
        while (!stop.IsCancellationRequested && promised.Count < 48)
        {
            try
            {
                using var created = await http.PostAsync("/sessions", null, stop);
                if (created.StatusCode != HttpStatusCode.Created)
                    continue;
                var id = (string)(await created.Content.ReadFromJsonAsync<JsonObject>(stop))!["id"]!;
                promised[id] = true;
                using var got = await http.GetAsync($"/sessions/{id}", stop);
                if (id[^1] is > '8')
                    continue;
                promised.TryRemove(id, out _); // From here on it may be gone or not.
                using var deleted = await http.DeleteAsync($"/sessions/{id}", stop);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                return; // The orchestrator is dead.
            }
        }
    }

    private static async Task<bool> IsCleanAsync(NodeProcess node) => (await node.WorkersAsync()).Count(worker => (string?)worker["state"] == "leased") == 1;

    private static async Task<bool> IsCreatedAsync(NodeProcess node)
    {
        using var reply = await node.PostAsync();
        if (reply.StatusCode != HttpStatusCode.Created)
            return false;
        using var deleted = await node.Http.DeleteAsync(reply.Headers.Location);
        return true;
    }

    // A record is written in the place of the worker's last one: it must be larger to need room.
    private static async Task<bool> IsRefusedWhenFullAsync(NodeProcess node, string filler, int size)
    {
        await Eventually.IsTrueAsync(() => IsCleanAsync(node), "the last one's worker is clean");
        Fill(filler);
        using var reply = await node.PostAsync($$"""{"text":"{{new string('x', size)}}"}""");
        if (reply.StatusCode == HttpStatusCode.ServiceUnavailable)
            return true;
        Assert.Equal(HttpStatusCode.Created, reply.StatusCode);
        using var deleted = await node.Http.DeleteAsync(reply.Headers.Location);
        return false;
    }

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            for (var block = new byte[4096]; ;)
                file.Write(block);
        }
        catch (IOException)
        {
            // Full, as it should be.
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(Utilities, program);
        if (!File.Exists(path))
            Assert.Skip($"there is no {path}");
        Assert.Equal(0, (await OsProcess.Start(new(path, arguments)).Exited).Code);
    }

    // By their environment.
    private static IEnumerable<int> WorkersOf(string runDirectory) => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), System.Globalization.CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(pid => pid > 0 && ProcessEnvironment.Read(pid, "STEEL_WORKER_DIR")?.StartsWith(runDirectory, StringComparison.Ordinal) == true);
}
