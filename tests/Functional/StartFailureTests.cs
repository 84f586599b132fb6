using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Steelyard.Tests.Unit;
using Steelyard.Workers;

namespace Steelyard.Tests.Functional;

/// <summary>
/// A worker program that fails at once causes only a few starts, regardless of the number of waiting creates, and their errors name the
/// cause.
/// </summary>
public sealed class StartFailureTests : IDisposable
{
    private const int MostStarts = 40;
    private static readonly TimeSpan Attack = TimeSpan.FromSeconds(10);

    private readonly TemporaryFolder folder = new();

    private int Starts => File.Exists(folder.At("starts")) ? File.ReadAllLines(folder.At("starts")).Length : 0;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("exit 7", 1)]
    [InlineData("exit 7", 0)]
    [InlineData("exec sleep 0.05", 1)]
    [InlineData("kill -SEGV $$", 4)]
    public async Task Waiting_creates_do_not_multiply_the_starts(string ending, int warm)
    {
        await using var node = await TestNode.StartAsync(
            options => options with { Worker = Program(ending), Warm = warm, MaxWorkers = 64 });
        await CreateAgainAndAgainAsync(node, clients: 5);
        Assert.InRange(Starts, 3, MostStarts);
    }

    [Fact]
    public async Task A_worker_that_dies_of_each_create_is_not_started_again_and_again()
    {
        var program = Program($"exec {WorkerCommand.FindBundled(AppContext.BaseDirectory)} --mode simulated --faults crash@create=1");
        await using var node = await TestNode.StartAsync(options => options with { Worker = program, Warm = 2, MaxWorkers = 64 });
        await CreateAgainAndAgainAsync(node, clients: 5);
        Assert.InRange(Starts, 3, MostStarts);
    }

    [Fact]
    public async Task A_create_is_answered_early_with_what_the_worker_died_of()
    {
        await using var node = await TestNode.StartAsync(options => options with { Worker = Program("exit 7"), Warm = 4 });
        var asked = TimeProvider.System.GetTimestamp();
        using var reply = await node.PostAsync("{}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.StatusCode);
        Assert.NotNull(reply.Headers.RetryAfter);
        Assert.Contains("exit 7", await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.True(TimeProvider.System.GetElapsedTime(asked) < TimeSpan.FromSeconds(20), "It waited as long as for a free worker");
    }

    [Fact]
    public async Task Status_and_readyz_tell()
    {
        await using var node = await TestNode.StartAsync(options => options with { Worker = Program("exit 7"), Warm = 4 });
        await Eventually.IsTrueAsync(() => node.Pool.Status().AreStartsFailing, "starts are known to fail");
        Assert.False((bool)(await node.Http.GetFromJsonAsync<JsonObject>("/status"))!["available"]!);
        var pressure = (await node.Http.GetFromJsonAsync<JsonObject>("/pressure"))!["pressure"]!;
        Assert.False((bool)pressure["isAvailable"]!);
        Assert.Contains("exit 7", (string?)pressure["message"], StringComparison.Ordinal);
        using var ready = await node.Http.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("exit 7", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public async Task Once_the_program_works_again_all_is_well(int warm)
    {
        var worker = WorkerCommand.FindBundled(AppContext.BaseDirectory);
        folder.Write("broken", "");
        var program = Program($"[ -e {folder.At("broken")} ] && exit 7\nexec {worker} --mode simulated");
        await using var node = await TestNode.StartAsync(options => options with { Worker = program, Warm = warm });
        using (var refused = await node.PostAsync("{}"))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        await Eventually.IsTrueAsync(() => node.Pool.Status().StartFailures >= 5, "it has failed often", seconds: 60);
        File.Delete(folder.At("broken"));
        await Eventually.IsTrueAsync(
            () => node.Pool.Status() is { IsAvailable: true, AreStartsFailing: false } status && status.Ready >= warm,
            "it serves again",
            seconds: 60);
        await node.CreateAsync();
    }

    // Each process records its start and then ends in the given way.
    private string Program(string ending)
    {
        if (WorkerCommand.FindBundled(AppContext.BaseDirectory) is null)
            Assert.Skip("the bundled worker is not built: run `make build`");
        var path = folder.WriteProgram("worker.sh");
        folder.Write("worker.sh", $"#!/bin/sh\necho x >> {folder.At("starts")}\n{ending}\n");
        return path;
    }

    private static Task CreateAgainAndAgainAsync(TestNode node, int clients)
    {
        var started = TimeProvider.System.GetTimestamp();
        return Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            while (TimeProvider.System.GetElapsedTime(started) < Attack)
            {
                using var reply = await node.PostAsync("{}");
                Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.StatusCode);
            }
        }));
    }
}
