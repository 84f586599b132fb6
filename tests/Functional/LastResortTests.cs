using System.Net;

namespace Steelyard.Tests.Functional;

/// <summary>
/// A node on a machine that is about to have no memory left. Nothing takes memory here: the successor of a node takes over its workers,
/// and has a reserve that no machine can hold.
/// </summary>
public sealed class LastResortTests
{
    [Fact]
    public async Task Idle_workers_end_before_a_session_does_and_its_client_is_told_why()
    {
        await using var first = await NodeProcess.StartAsync(null, "--warm", "1", "--max-workers", "2");
        var id = await first.CreateAsync();
        var pid = await first.PidOfAsync(id);
        var idle = (await first.WorkerPidsAsync(1)).Single();
        await using var second = await first.KillAndRestartAsync("--warm", "1", "--max-workers", "2", "--memory-reserve", "1024T");
        await Eventually.IsTrueAsync(() => !Kill.IsAlive(idle), "the idle worker is ended");
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync($"/sessions/{id}")).Status);
        await Eventually.IsTrueAsync(() => !Kill.IsAlive(pid), "the worker of the session is ended");
        var (status, problem) = await second.GetAsync($"/sessions/{id}");
        Assert.Equal(
            (HttpStatusCode.NotFound, "worker_lost", "machine_out_of_memory"),
            (status, (string?)problem!["reason"], (string?)problem["cause"]));
        Assert.Contains("--memory-reserve", (string)problem["detail"]!, StringComparison.Ordinal);
        var (_, history) = await second.GetAsync($"/sessions/{id}/history");
        Assert.Contains("\"machine_out_of_memory\"", history!.ToJsonString(), StringComparison.Ordinal);
    }
}
