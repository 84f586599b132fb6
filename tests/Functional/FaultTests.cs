using System.Net;
using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Tests.Functional;

public sealed class FaultTests
{
    [Fact]
    public async Task A_killed_worker_takes_only_its_own_session_along()
    {
        await using var node = await TestNode.StartAsync(options => options);
        var victim = await node.CreateAsync();
        var other = await node.CreateAsync();
        Kill.Now(await node.PidOfAsync(victim));
        await Eventually.IsTrueAsync(
            async () => await node.StatusOfAsync(victim) == HttpStatusCode.NotFound, "the session has ended", seconds: 2);
        Assert.Equal("worker_lost", await node.ReasonOfAsync(victim));
        Assert.Equal(HttpStatusCode.OK, await node.StatusOfAsync(other));
        await node.ReadyAsync(2);
    }

    [Fact]
    public async Task A_create_finds_a_live_worker_in_the_moment_all_idle_ones_have_died()
    {
        // Two faults, because a create is tried three times and a worker that is being killed may still fail one more request.
        await using var node = await TestNode.StartAsync(options => options with { Warm = 2, MaxWorkers = 2 });
        for (var round = 0; round < 5; round++)
        {
            await node.ReadyAsync(2);
            node.Pool.Workers().Where(worker => worker.State == WorkerState.Ready).ToList().ForEach(worker => Kill.Now(worker.Pid));
            await node.Http.DeleteAsync($"/sessions/{await node.CreateAsync()}");
        }
    }

    [Fact]
    public async Task A_killed_workers_session_is_restored_when_asked_for()
    {
        await using var node = await TestNode.StartAsync(options => options with { OnWorkerLost = OnWorkerLost.Restore });
        var id = await node.CreateAsync("""{"user":"alice"}""");
        var pid = await node.PidOfAsync(id);
        Kill.Now(pid);
        await Eventually.IsTrueAsync(() => !Kill.IsAlive(pid), "the worker is gone");
        using var reply = await node.Http.GetAsync($"/sessions/{id}");
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        Assert.Equal("1", reply.Headers.GetValues("Steel-Session-Restarts").Single());
        Assert.Contains("alice", await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.NotEqual(pid, await node.PidOfAsync(id));
    }

    [Fact]
    public async Task A_stopped_worker_is_noticed_and_replaced_while_others_go_on()
    {
        await using var node = await TestNode.StartAsync(options => options);
        var victim = await node.CreateAsync();
        var other = await node.CreateAsync();
        var pid = await node.PidOfAsync(victim);
        await Kill.StopAsync(pid);
        var answer = node.ReasonOfAsync(victim);
        Assert.Equal(HttpStatusCode.OK, await node.StatusOfAsync(other));
        Assert.Equal("worker_lost", await answer);
        await Eventually.IsTrueAsync(() => !Kill.IsAlive(pid), "the stopped worker is gone", seconds: 3);
    }

    [Theory]
    [InlineData("crash@create=1")]
    [InlineData("crash-after@create=1")]
    [InlineData("garbage@create=1")]
    [InlineData("early-close@create=1")]
    [InlineData("huge@create=1")]
    [InlineData("error@create=1")]
    public async Task A_create_that_every_worker_fails_is_503_and_leaves_nothing(string faults)
    {
        await using var node = await TestNode.StartFaultyAsync(faults);
        using var reply = await node.PostAsync("{}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.StatusCode);
        Assert.NotNull(reply.Headers.RetryAfter);
        Assert.Equal("""{"sessions":[]}""", await node.Http.GetStringAsync("/sessions"));
        await Eventually.IsTrueAsync(() => node.Pool.Status().Leased == 0, "no worker is held");
    }

    [Theory]
    [InlineData("hang@create=1")]
    [InlineData("drip@create=1")]
    public async Task A_create_that_hangs_is_answered_in_time(string faults)
    {
        await using var node = await TestNode.StartFaultyAsync(faults, options => options with { WorkerTimeout = TimeSpan.FromSeconds(1) });
        using var reply = await node.PostAsync("{}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.StatusCode);
    }

    [Theory]
    [InlineData("crash@get=1")]
    [InlineData("hang@get=1")]
    [InlineData("garbage@get=1")]
    [InlineData("wrong-id@get=1")]
    [InlineData("early-close@get=1")]
    [InlineData("huge@get=1")]
    public async Task A_worker_that_fails_at_get_loses_its_session(string faults)
    {
        await using var node = await TestNode.StartFaultyAsync(faults, options => options with { WorkerTimeout = TimeSpan.FromSeconds(1) });
        var id = await node.CreateAsync();
        Assert.Equal("worker_lost", await node.ReasonOfAsync(id));
        Assert.Equal(HttpStatusCode.NotFound, await node.StatusOfAsync(id));
        await Eventually.IsTrueAsync(() => node.Pool.Status() is { Leased: 0, Ready: >= 2 }, "its worker was replaced");
    }

    [Theory]
    [InlineData("crash@delete=1")]
    [InlineData("hang@delete=1")]
    [InlineData("garbage@delete=1")]
    public async Task A_worker_that_fails_at_delete_is_replaced_and_the_session_is_gone(string faults)
    {
        await using var node = await TestNode.StartFaultyAsync(faults, options => options with { WorkerTimeout = TimeSpan.FromSeconds(1) });
        var id = await node.CreateAsync();
        var pid = await node.PidOfAsync(id);
        using var reply = await node.Http.DeleteAsync($"/sessions/{id}");
        Assert.Equal(HttpStatusCode.NoContent, reply.StatusCode);
        Assert.Equal("deleted", await node.ReasonOfAsync(id));
        await Eventually.IsTrueAsync(() => !Kill.IsAlive(pid), "the worker that could not be cleaned is gone");
    }

    [Fact]
    public async Task A_worker_that_never_listens_is_stopped_at_the_start_deadline()
    {
        await using var node = await TestNode.StartFaultyAsync(
            "never-ready@start=1", options => options with { Warm = 1, MaxWorkers = 1, WorkerStartTimeout = TimeSpan.FromSeconds(1) });
        await Eventually.IsTrueAsync(() => node.Pool.Workers().FirstOrDefault() is not null, "it has started");
        var pid = node.Pool.Workers()[0].Pid;
        await Eventually.IsTrueAsync(() => !Kill.IsAlive(pid), "it was stopped", seconds: 5);
        await Eventually.IsTrueAsync(
            () => node.Pool.Status().LastExit?.Contains("NeverReady", StringComparison.Ordinal) == true, "the reason is known");
    }
}
