using System.Net;
using System.Net.Http.Json;
using Steelyard.Contract;
using Steelyard.Processes;

namespace Steelyard.Tests.Functional;

/// <summary>Sessions outlive the orchestrator: when it is killed or replaced, its successor takes them over.</summary>
public sealed class AdoptionTests
{
    [Fact]
    public async Task A_session_is_where_it_was_after_a_kill_and_ends_like_any_other()
    {
        await using var first = await NodeProcess.StartAsync();
        var id = await first.CreateAsync("""{"user":"alice"}""");
        var (_, before) = await first.GetAsync($"/sessions/{id}");
        var pid = await first.PidOfAsync(id);
        await using var second = await first.KillAndRestartAsync();
        var (status, after) = await second.GetAsync($"/sessions/{id}");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(before!.ToJsonString(), after!.ToJsonString());
        Assert.Equal(pid, await second.PidOfAsync(id));
        Assert.Equal(0, (int)(await second.GetAsync("/sessions")).Body!["sessions"]![0]!["restarts"]!);

        using var deleted = await second.Http.DeleteAsync($"/sessions/{id}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Contains(pid, await second.WorkerPidsAsync(5));
    }

    [Fact]
    public async Task Idle_workers_are_kept()
    {
        await using var first = await NodeProcess.StartAsync();
        var pids = await first.WorkerPidsAsync(4);
        await using var second = await first.KillAndRestartAsync();
        Assert.Equal(pids.Order(), (await second.WorkerPidsAsync(4)).Order());
    }

    [Fact]
    public async Task Workers_whose_folder_is_deleted_after_a_kill_end_by_themselves()
    {
        await using var node = await NodeProcess.StartAsync();
        await node.CreateAsync();
        var pids = await node.WorkerPidsAsync(4);
        await node.KillAsync();
        Directory.Delete(node.RunDirectory, recursive: true);
        await Eventually.IsTrueAsync(() => pids.TrueForAll(pid => ProcessStat.Read(pid) is null or { State: 'Z' }), "no worker runs", 40);
    }

    [Fact]
    public async Task What_was_deleted_stays_deleted_and_its_worker_serves_others()
    {
        await using var first = await NodeProcess.StartAsync(null, "--warm", "1", "--max-workers", "1");
        var id = await first.CreateAsync();
        using (await first.Http.DeleteAsync($"/sessions/{id}"))
            await first.KillAsync();
        await using var second = await NodeProcess.StartAsync(first.RunDirectory, "--warm", "1", "--max-workers", "1");
        Assert.Equal(HttpStatusCode.NotFound, (await second.GetAsync($"/sessions/{id}")).Status);
        Assert.NotEqual(id, await second.CreateAsync());
    }

    [Fact]
    public async Task The_idle_clock_stands_where_it_stood()
    {
        await using var first = await NodeProcess.StartAsync(null, "--session-ttl", "30s");
        var id = await first.CreateAsync();
        await Task.Delay(TimeSpan.FromSeconds(2));
        var idle = (double)(await first.GetAsync("/sessions")).Body!["sessions"]![0]!["idle_seconds"]!;
        await using var second = await first.KillAndRestartAsync("--session-ttl", "30s");
        var later = (double)(await second.GetAsync("/sessions")).Body!["sessions"]![0]!["idle_seconds"]!;
        Assert.InRange(idle, 1.9, 20);
        Assert.InRange(later, idle, 30);
        Assert.Equal(id, (string?)(await second.GetAsync("/sessions")).Body!["sessions"]![0]!["id"]);
    }

    [Fact]
    public async Task A_session_whose_time_was_over_meanwhile_is_expired()
    {
        await using var first = await NodeProcess.StartAsync(null, "--session-ttl", "1s");
        var id = await first.CreateAsync();
        await first.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(1));
        await using var second = await NodeProcess.StartAsync(first.RunDirectory, "--session-ttl", "1s");
        var (status, body) = await second.GetAsync($"/sessions/{id}");
        Assert.Equal((HttpStatusCode.NotFound, "expired"), (status, (string?)body!["reason"]));
    }

    [Theory]
    [InlineData("end", HttpStatusCode.NotFound)]
    [InlineData("restore", HttpStatusCode.OK)]
    public async Task A_session_whose_worker_died_meanwhile_is_lost_or_restored(string onWorkerLost, HttpStatusCode expected)
    {
        await using var first = await NodeProcess.StartAsync(null, "--on-worker-lost", onWorkerLost);
        var id = await first.CreateAsync("""{"user":"bob"}""");
        var pid = await first.PidOfAsync(id);
        await first.KillAsync();
        Kill.Now(pid);
        await Eventually.IsTrueAsync(() => !Kill.IsAlive(pid), "the worker is gone");
        await using var second = await NodeProcess.StartAsync(first.RunDirectory, "--on-worker-lost", onWorkerLost);
        var (status, body) = await second.GetAsync($"/sessions/{id}");
        Assert.Equal(expected, status);
        if (expected == HttpStatusCode.NotFound)
            Assert.Equal("worker_lost", (string?)body!["reason"]);
        else
            Assert.Equal("bob", (string?)body!["data"]!["user"]);
    }

    [Fact]
    public async Task A_create_that_is_asked_again_after_the_crash_gets_the_session_it_made()
    {
        await using var first = await NodeProcess.StartAsync();
        var body = new { sessionId = Guid.NewGuid(), timeout = 120_000, metadata = new { customer = "7" }, namespace_ = "x" };
        using (var created = await first.Http.PostAsJsonAsync("/v1/sessions", body))
            Assert.Equal(HttpStatusCode.OK, created.StatusCode);
        var (_, before) = await first.GetAsync($"/v1/sessions/{body.sessionId}");
        await using var second = await first.KillAndRestartAsync();
        using (var again = await second.Http.PostAsJsonAsync("/v1/sessions", body))
            Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Single((await second.GetAsync("/sessions")).Body!["sessions"]!.AsArray());
        var (_, after) = await second.GetAsync($"/v1/sessions/{body.sessionId}");
        foreach (var field in new[] { "createdAt", "timeout", "metadata", "dimensions", "status" })
            Assert.Equal(before![field]!.ToJsonString(), after![field]!.ToJsonString());
        using var other = await second.Http.PostAsJsonAsync("/v1/sessions", new { body.sessionId, timeout = 5 });
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
    }

    [Fact]
    public async Task A_broken_record_is_put_aside_and_costs_nothing_else()
    {
        await using var first = await NodeProcess.StartAsync();
        var (kept, broken) = (await first.CreateAsync(), await first.CreateAsync());
        var pid = await first.PidOfAsync(broken);
        await first.KillAsync();
        var folder = FolderOf(first, pid);
        await File.WriteAllTextAsync(Path.Combine(folder, "worker.json"), "{\"Process\":");
        await using var second = await NodeProcess.StartAsync(first.RunDirectory);
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync($"/sessions/{kept}")).Status);
        Assert.Equal("worker_lost", (string?)(await second.GetAsync($"/sessions/{broken}")).Body!["reason"]);
        await Eventually.IsTrueAsync(() => !Kill.IsAlive(pid), "its process, which proves that it is ours, is stopped");
        Assert.True(Directory.Exists(Path.Combine(first.RunDirectory, "quarantine", Path.GetFileName(folder))));
    }

    [Fact]
    public async Task A_session_whose_record_is_broken_is_told_lost_and_its_worker_serves_others()
    {
        string[] one = ["--warm", "1", "--max-workers", "1"];
        await using var first = await NodeProcess.StartAsync(null, one);
        var broken = await first.CreateAsync();
        var pid = await first.PidOfAsync(broken);
        await first.KillAsync();
        await File.WriteAllTextAsync(Path.Combine(FolderOf(first, pid), "session.json"), "{\"Id\":");
        await using var second = await NodeProcess.StartAsync(first.RunDirectory, one);
        Assert.Equal(HttpStatusCode.NotFound, (await second.GetAsync($"/sessions/{broken}")).Status);
        Assert.Contains($"Session {broken} is lost", await second.OutputAsync(), StringComparison.Ordinal);
        Assert.Equal(pid, await second.PidOfAsync(await second.CreateAsync()));
    }

    [Fact]
    public async Task An_orchestrator_that_leaves_loses_no_session()
    {
        await using var first = await NodeProcess.StartAsync(null, "--on-shutdown", "leave");
        var id = await first.CreateAsync();
        first.Process.Send(Signal.Terminate);
        Assert.Equal(0, (await first.Process.Exited.WaitAsync(TimeSpan.FromSeconds(5))).Code);
        await using var second = await NodeProcess.StartAsync(first.RunDirectory);
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync($"/sessions/{id}")).Status);
    }

    [Fact]
    public async Task One_that_drains_serves_its_sessions_takes_no_new_ones_and_ends_with_the_last()
    {
        await using var node = await NodeProcess.StartAsync(null, "--on-shutdown", "drain");
        var id = await node.CreateAsync();
        node.Process.Send(Signal.Terminate);
        await Eventually.IsTrueAsync(
            async () => (await node.GetAsync("/readyz")).Status == HttpStatusCode.ServiceUnavailable, "it is no longer ready");
        using (var refused = await node.PostAsync())
            Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (refused.StatusCode, refused.Headers.RetryAfter is not null));
        Assert.Equal(HttpStatusCode.OK, (await node.GetAsync($"/sessions/{id}")).Status);
        Assert.False(node.Process.Exited.IsCompleted);
        using (await node.Http.DeleteAsync($"/sessions/{id}"))
            Assert.Equal(0, (await node.Process.Exited.WaitAsync(TimeSpan.FromSeconds(5))).Code);
    }

    [Fact]
    public async Task A_second_signal_ends_a_drain_at_once()
    {
        await using var node = await NodeProcess.StartAsync(null, "--on-shutdown", "drain");
        var pid = await node.PidOfAsync(await node.CreateAsync());
        node.Process.Send(Signal.Terminate);
        await Eventually.IsTrueAsync(async () => (await node.GetAsync("/readyz")).Status == HttpStatusCode.ServiceUnavailable, "it drains");
        node.Process.Send(Signal.Terminate);
        Assert.Equal(0, (await node.Process.Exited.WaitAsync(TimeSpan.FromSeconds(5))).Code);
        Assert.False(Kill.IsAlive(pid));
    }

    [Fact]
    public async Task A_second_signal_gives_workers_that_stop_no_more_time()
    {
        await using var node = await NodeProcess.StartAsync(null, "--worker-stop-grace", "1m", "--shutdown-timeout", "2m");
        var pid = await node.PidOfAsync(await node.CreateAsync());
        await Kill.StopAsync(pid);
        node.Process.Send(Signal.Terminate);
        await Eventually.IsTrueAsync(
            async () => (await node.OutputAsync()).Contains($"(pid {pid}", StringComparison.Ordinal)
                && (await node.OutputAsync()).Contains("Shutdown", StringComparison.Ordinal),
            "it stops its workers");
        node.Process.Send(Signal.Terminate);
        Assert.Equal(0, (await node.Process.Exited.WaitAsync(TimeSpan.FromSeconds(10))).Code);
        Assert.False(Kill.IsAlive(pid));
    }

    [Fact]
    public async Task A_client_finds_its_page_as_it_was()
    {
        if (BrowserLocator.Find(null) is null)
            Assert.Skip("no Chromium is installed");
        await using var first = await NodeProcess.StartAsync(null, "--worker", "chromium", "--warm", "1");
        var id = await first.CreateAsync();
        using (var client = await DevToolsClient.ConnectAsync(Address(first, id)))
            await client.EvaluateAsync(await client.AttachToPageAsync(), "globalThis.mark = 42");
        await using var second = await first.KillAndRestartAsync("--worker", "chromium", "--warm", "1");
        using (var again = await DevToolsClient.ConnectAsync(Address(second, id)))
            Assert.Equal(42, (int)(await again.EvaluateAsync(await again.AttachToPageAsync(), "globalThis.mark"))!);
    }

    private static Uri Address(NodeProcess node, string id) =>
        new(node.Http.BaseAddress!.ToString().Replace("http", "ws", StringComparison.Ordinal) + $"sessions/{id}/cdp");

    private static string FolderOf(NodeProcess node, int pid) => Directory.EnumerateDirectories(Path.Combine(node.RunDirectory, "workers"))
        .Single(path => File.ReadAllText(Path.Combine(path, "worker.json")).Contains($"\"Pid\":{pid},", StringComparison.Ordinal));
}
