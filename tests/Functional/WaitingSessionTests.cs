using System.Net;
using System.Text.Json.Nodes;
using Steelyard.Processes;

namespace Steelyard.Tests.Functional;

/// <summary>Sessions that wait for another worker also outlive the orchestrator.</summary>
public sealed class WaitingSessionTests
{
    // A worker that never becomes ready, so every session that needs one waits.
    private static readonly string[] Waiting = ["--worker", "/bin/sleep 1000", "--on-worker-lost", "restore", "--on-shutdown", "leave"];
    private static readonly string[] Usual = ["--on-worker-lost", "restore"];

    [Theory]
    [InlineData(Signal.Kill)]
    [InlineData(Signal.Terminate)]
    public async Task One_that_waits_for_a_worker_is_restored_by_the_next_orchestrator(Signal signal)
    {
        await using var first = await NodeProcess.StartAsync(null, Usual);
        var id = await first.CreateAsync("""{"user":"bob"}""");
        await LoseAsync(first, id);
        await using var second = await NodeProcess.StartAsync(first.RunDirectory, Waiting);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await second.GetAsync($"/sessions/{id}")).Status);
        second.Process.Send(signal);
        await second.Process.Exited.WaitAsync(TimeSpan.FromSeconds(10));
        await using var third = await NodeProcess.StartAsync(first.RunDirectory, Usual);
        Assert.Equal(HttpStatusCode.OK, await third.SettledAsync($"/sessions/{id}"));
        Assert.Equal("bob", (string?)(await third.GetAsync($"/sessions/{id}")).Body!["data"]!["user"]);
        Assert.Empty(Directory.GetFiles(Path.Combine(first.RunDirectory, "waiting")));
    }

    [Fact]
    public async Task One_that_is_deleted_while_it_waits_stays_deleted()
    {
        await using var first = await NodeProcess.StartAsync(null, Usual);
        var id = await first.CreateAsync();
        await LoseAsync(first, id);
        await using var second = await NodeProcess.StartAsync(first.RunDirectory, Waiting);
        using (var deleted = await second.Http.DeleteAsync($"/sessions/{id}"))
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await second.KillAsync();
        await using var third = await NodeProcess.StartAsync(first.RunDirectory, Usual);
        Assert.Equal(HttpStatusCode.NotFound, (await third.GetAsync($"/sessions/{id}")).Status);
    }

    // The browser is gone, and the idle time is unknown, because the clocks of two boots are not comparable.
    [Fact]
    public async Task One_of_another_boot_has_ended()
    {
        await using var first = await NodeProcess.StartAsync(null, Usual);
        var id = await first.CreateAsync();
        await LoseAsync(first, id);
        var record = Directory.EnumerateFiles(Path.Combine(first.RunDirectory, "workers"), "session.json", SearchOption.AllDirectories)
            .Single();
        var json = JsonNode.Parse(await File.ReadAllTextAsync(record))!;
        json["Boot"] = Guid.NewGuid().ToString();
        await File.WriteAllTextAsync(record, json.ToJsonString());
        await using var second = await NodeProcess.StartAsync(first.RunDirectory, Usual);
        var (status, body) = await second.GetAsync($"/sessions/{id}");
        Assert.Equal((HttpStatusCode.NotFound, "worker_lost"), (status, (string?)body!["reason"]));
        Assert.Contains("the machine was restarted", await second.OutputAsync(), StringComparison.Ordinal);
    }

    // The orchestrator dies first, so that its successor finds a session without a worker.
    private static async Task LoseAsync(NodeProcess node, string id)
    {
        var pid = await node.PidOfAsync(id);
        await node.KillAsync();
        Kill.Now(pid);
        await Eventually.IsTrueAsync(() => !Kill.IsAlive(pid), "the worker is gone");
    }
}
