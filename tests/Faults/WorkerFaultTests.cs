using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Steelyard.Tests.Functional;

namespace Steelyard.Tests.Faults;

/// <summary>Workers that die, hang and lie, at each step of a session.</summary>
[Collection(FaultTable.Alone)]
public sealed class WorkerFaultTests
{
    [Fact]
    public async Task Killed()
    {
        await using var node = await TestNode.StartAsync(options => options with { Warm = 2, MaxWorkers = 4 });
        for (var run = 0; run < FaultTable.Runs; run++)
        {
            await node.ReadyAsync(2);
            var id = await node.CreateAsync();
            var clock = Stopwatch.Start();
            Kill.Now(await node.PidOfAsync(id));
            await Eventually.IsTrueAsync(async () => await node.StatusOfAsync(id) == HttpStatusCode.NotFound, "404");
            FaultTable.Add("worker SIGKILL", "404 after", clock.Elapsed);
            await Eventually.IsTrueAsync(() => node.Pool.Status() is { Leased: 0, Ready: >= 2 }, "its slot is back");
            FaultTable.Add("worker SIGKILL", "slot back after", clock.Elapsed);
        }
    }

    [Fact]
    public async Task Stopped()
    {
        await using var node = await TestNode.StartAsync(options => options with { Warm = 2, MaxWorkers = 4 });
        for (var run = 0; run < FaultTable.Runs; run++)
        {
            await node.ReadyAsync(2);
            var (victim, other) = (await node.CreateAsync(), await node.CreateAsync());
            var pid = await node.PidOfAsync(victim);
            var calm = await SlowestOfMostAsync(node, other, Task.Delay(TimeSpan.FromSeconds(1)));
            var clock = Stopwatch.Start();
            await Kill.StopAsync(pid);
            var answer = node.ReasonOfAsync(victim);
            var stormy = await SlowestOfMostAsync(node, other, answer);
            Assert.Equal("worker_lost", await answer);
            FaultTable.Add("worker SIGSTOP", "caller answered after", clock.Elapsed);
            await Eventually.IsTrueAsync(() => !Kill.IsAlive(pid), "it is gone");
            FaultTable.Add("worker SIGSTOP", "recycled after", clock.Elapsed);
            FaultTable.Add("worker SIGSTOP", "others' p99 / calm p99", stormy / calm);
            using var deleted = await node.Http.DeleteAsync($"/sessions/{other}");
        }
    }

    [Theory]
    [InlineData("crash")]
    [InlineData("crash-after")]
    [InlineData("hang")]
    [InlineData("freeze")]
    [InlineData("slow")]
    [InlineData("error")]
    [InlineData("garbage")]
    [InlineData("wrong-id")]
    [InlineData("early-close")]
    [InlineData("huge")]
    [InlineData("drip")]
    public async Task Failing_at_any_step(string kind)
    {
        string[] steps = kind is "wrong-id" ? ["get"] : ["health", "status", "create", "get", "delete"];
        foreach (var step in steps)
        {
            await using var node = await TestNode.StartFaultyAsync($"{kind}@{step}=0.2", options => options with
            {
                Warm = 4,
                MaxWorkers = 8,
                WorkerTimeout = TimeSpan.FromSeconds(1),
                ProbeInterval = TimeSpan.FromMilliseconds(250),
                HangTimeout = TimeSpan.FromSeconds(1),
            });
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => UseAsync(node, kind)));
            await Eventually.IsTrueAsync(() => node.Pool.Status().Leased == 0, "no worker is held", seconds: 30);
        }
    }

    [Fact]
    public async Task Looping_and_healed()
    {
        for (var run = 0; run < FaultTable.Runs; run++)
        {
            using var folder = new Unit.TemporaryFolder();
            var program = folder.Write(
                "worker.sh",
                $"#!/bin/sh\n[ -e {folder.At("broken")} ] && exit 1\n" +
                $"exec {Steelyard.Workers.WorkerCommand.FindBundled(AppContext.BaseDirectory)} --mode simulated\n");
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            folder.Write("broken", "");
            await using var node = await TestNode.StartAsync(options => options with { Worker = program, Warm = 4, MaxWorkers = 4 });
            await Eventually.IsTrueAsync(
                () => node.Pool.Status().StartFailures >= 7,
                "the delay is nearly as long as it gets",
                seconds: 60);
            File.Delete(folder.At("broken"));
            var clock = Stopwatch.Start();
            await Eventually.IsTrueAsync(() => node.Pool.Status() is { Parked: 0, Ready: 4 }, "all slots are back", seconds: 60);
            FaultTable.Add("crash loop", "all slots back after its cause is gone", clock.Elapsed);
        }
    }

    // Runs sessions of one client: every answer must be possible and arrive in time.
    private static async Task UseAsync(TestNode node, string kind)
    {
        for (var cycle = 0; cycle < 3 * FaultTable.Runs; cycle++)
        {
            var clock = Stopwatch.Start();
            using var created = await node.PostAsync("""{"mark":"mine"}""");
            FaultTable.Add($"worker: {kind}", "create answered after", clock.Elapsed);
            Assert.Contains(created.StatusCode, (HttpStatusCode[])[HttpStatusCode.Created, HttpStatusCode.ServiceUnavailable]);
            if (created.StatusCode != HttpStatusCode.Created)
                continue;
            var id = (string)(await created.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
            clock = Stopwatch.Start();
            using (var reply = await node.Http.GetAsync($"/sessions/{id}"))
            {
                FaultTable.Add($"worker: {kind}", "get answered after", clock.Elapsed);
                Assert.Contains(
                    reply.StatusCode,
                    (HttpStatusCode[])
                    [HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.BadGateway, HttpStatusCode.ServiceUnavailable]);
                if (reply.StatusCode == HttpStatusCode.OK)
                    Assert.Equal("mine", (string?)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["data"]!["mark"]);
            }

            using var deleted = await node.Http.DeleteAsync($"/sessions/{id}");
            Assert.Contains(deleted.StatusCode, (HttpStatusCode[])[HttpStatusCode.NoContent, HttpStatusCode.NotFound]);
            Assert.Equal(HttpStatusCode.NotFound, await node.StatusOfAsync(id));
        }
    }

    // Returns the 99th percentile, in ms, of the times of gets sent one after the other until the task ends.
    private static async Task<double> SlowestOfMostAsync(TestNode node, string id, Task until)
    {
        var times = new List<double>();
        while (!until.IsCompleted)
        {
            var clock = Stopwatch.Start();
            Assert.Equal(HttpStatusCode.OK, await node.StatusOfAsync(id));
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        return times[(int)(times.Count * 0.99)];
    }
}
