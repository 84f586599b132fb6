using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Steelyard.Contract;
using Steelyard.Hosting;
using Steelyard.Processes;
using Steelyard.Tests.Functional;

namespace Steelyard.Tests.Faults;

/// <summary>The orchestrator itself is killed.</summary>
[Collection(FaultTable.Alone)]
public sealed class NodeKillTests
{
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

            // Sessions whose replies were lost with an orchestrator are live, too.
            foreach (var session in (await node.GetAsync("/sessions")).Body!["sessions"]!.AsArray())
            {
                using var deleted = await node.Http.DeleteAsync($"/sessions/{(string)session!["id"]!}");
            }

            await Eventually.IsTrueAsync(
                async () => (await node.WorkersAsync()).TrueForAll(worker => (string?)worker["state"] == "ready"),
                "all workers are clean",
                seconds: 30);
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
                Assert.All(
                    await Task.WhenAll(ids.Select(id => node.SettledAsync($"/sessions/{id}"))),
                    status => Assert.Equal(HttpStatusCode.OK, status));
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
            var clients = Enumerable.Range(0, 20)
                .Select(_ => node.SettledForNewClientAsync($"/sessions/{id}"))
                .ToList(); // A refused client would throw.
            await Eventually.IsTrueAsync(() => node.Children() is [var next] && next != orchestrator, "there is another one");
            FaultTable.Add("supervised orchestrator kill -9", "started again after", clock.Elapsed);
            Assert.All(await Task.WhenAll(clients), status => Assert.Equal(HttpStatusCode.OK, status));
            FaultTable.Add("supervised orchestrator kill -9", "20 clients that came meanwhile are answered after", clock.Elapsed);
            Assert.Equal(worker, await node.PidOfAsync(id));
            if (run < FaultTable.Runs - 1)
                await Task.Delay(Supervisor.Quick); // An orchestrator that ends sooner is started again after a pause.
        }
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
                promised.TryRemove(id, out _); // From here on the session may or may not exist.
                using var deleted = await http.DeleteAsync($"/sessions/{id}", stop);
            }
            catch (Exception e) when (e is HttpRequestException or SocketException or OperationCanceledException)
            {
                return; // The orchestrator is dead. HttpClient does not wrap the error when that happens just after it has connected.
            }
        }
    }

    // Finds the workers by their environment.
    private static IEnumerable<int> WorkersOf(string runDirectory) =>
        ProcFile.Pids().Where(pid =>
            ProcessEnvironment.Read(pid, EnvironmentNames.WorkerDirectory)?.StartsWith(runDirectory, StringComparison.Ordinal) == true);
}
