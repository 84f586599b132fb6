using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Steelyard.Tests.Functional;

/// <summary>Workers that use too much, on real processes.</summary>
public sealed class WorkerLimitTests
{
    [Fact]
    public async Task A_browser_over_its_memory_limit_is_stopped_and_the_reason_is_told()
    {
        if (!Workers.BrowserFinder.IsInstalled)
            Assert.Skip("no Chromium is installed: run `make browser`");
        await using var node = await Node.StartAsync(options => options with
        {
            Worker = "chromium",
            Warm = 1,
            MaxWorkers = 1,
            WorkerMemoryBytes = 700L << 20,
            WorkerStartTimeout = TimeSpan.FromSeconds(40),
        });
        await node.ReadyAsync(1);
        var id = await node.CreateAsync();
        using var client = await node.AttachAsync(id);
        var page = await client.AttachToPageAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => client.EvaluateAsync(page, "(async () => { const all = []; while (true) { all.push(new Uint8Array(32 << 20).fill(1)); await new Promise(r => setTimeout(r, 20)); } })()"));
        using var reply = await node.Http.GetAsync($"/sessions/{id}");
        var problem = (await reply.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal(("worker_lost", "out_of_memory"), ((string?)problem["reason"], (string?)problem["cause"]));
        Assert.Contains("memory limit of 700 MiB (--worker-memory)", (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.Contains("memory limit of 700 MiB (--worker-memory)", client.CloseReason, StringComparison.Ordinal);
        await node.ReadyAsync(1);
        Assert.Contains("used more than its memory limit", await LastExitAsync(node), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_with_too_many_processes_is_stopped_and_the_reason_is_told()
    {
        if (!Workers.BrowserFinder.IsInstalled)
            Assert.Skip("no Chromium is installed: run `make browser`");
        await using var node = await Node.StartAsync(options => options with { Worker = "chromium", Warm = 1, MaxWorkers = 1, WorkerProcesses = 2, WorkerStartTimeout = TimeSpan.FromSeconds(40) });
        await Eventually.IsTrueAsync(() => node.Pool.Status().LastExit?.Contains("more processes than its limit", StringComparison.Ordinal) == true, "it is stopped", 40);
    }

    [Fact]
    public async Task Descriptors_and_core_dumps_are_limited_for_the_worker_and_what_it_starts()
    {
        await using var node = await Node.StartAsync(options => options with { Warm = 1, WorkerFiles = 321 });
        await node.ReadyAsync(1);
        var limits = await File.ReadAllLinesAsync($"/proc/{node.Pool.Workers()[0].Pid}/limits");
        Assert.Contains(limits, line => line.StartsWith("Max open files            321                  321", StringComparison.Ordinal));
        Assert.Contains(limits, line => line.StartsWith("Max core file size        0                    0", StringComparison.Ordinal));
    }

    private static async Task<string> LastExitAsync(Node node) =>
        (string)(await node.Http.GetFromJsonAsync<JsonObject>("/workers"))!["workers"]![0]!["last_exit"]!;
}
