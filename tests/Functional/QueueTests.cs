using System.Net;
using Steelyard.Pool;

namespace Steelyard.Tests.Functional;

public sealed class QueueTests
{
    [Fact]
    public async Task A_worker_handed_to_one_who_leaves_in_that_moment_serves_the_next()
    {
        await using var node = await TestNode.StartAsync(options => options with { Warm = 1, MaxWorkers = 1 });
        await node.ReadyAsync(1);
        var first = await node.Pool.LeaseAsync(Standing.New, TimeSpan.FromSeconds(10), TimeSpan.Zero, CancellationToken.None);
        var held = new HeldContext();
        using var leaving = new CancellationTokenSource();
        var waiting = held.Begin(() => node.Pool.LeaseAsync(Standing.New, TimeSpan.FromSeconds(30), TimeSpan.Zero, leaving.Token).AsTask());
        first.Dispose();
        await held.Posted.WaitAsync(TimeSpan.FromSeconds(10)); // The worker is handed over, but the waiting create has not resumed yet.
        await leaving.CancelAsync();
        held.Release();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Eventually.IsTrueAsync(() => node.Pool.Status() is { Ready: 1, Leased: 0 }, "it is free for others");
    }

    [Fact]
    public async Task Creates_wait_in_line_and_are_served_in_order()
    {
        await using var node = await TestNode.StartAsync(options => options with { Warm = 1, MaxWorkers = 1 });
        var holder = await node.CreateAsync();
        var order = new List<int>();
        var waiting = new List<Task>();
        for (var i = 0; i < 5; i++)
        {
            waiting.Add(CreateThenDeleteAsync(i));
            var queued = i + 1;
            await Eventually.IsTrueAsync(() => node.Pool.Status().Queued == queued, $"{queued} in line");
        }

        await node.Http.DeleteAsync($"/sessions/{holder}");
        await Task.WhenAll(waiting);
        Assert.Equal([0, 1, 2, 3, 4], order);

        async Task CreateThenDeleteAsync(int number)
        {
            var id = await node.CreateAsync();
            order.Add(number);
            await node.Http.DeleteAsync($"/sessions/{id}");
        }
    }

    [Fact]
    public async Task A_full_queue_and_a_wait_that_is_over_are_503_with_retry_after()
    {
        await using var node = await TestNode.StartAsync(
            options => options with { Warm = 1, MaxWorkers = 1, QueueLimit = 1, QueueTimeout = TimeSpan.FromSeconds(1) });
        await node.CreateAsync();
        var waits = node.PostAsync("{}");
        await Eventually.IsTrueAsync(() => node.Pool.Status().Queued == 1, "one in line");
        using var refused = await node.PostAsync("{}");
        using var over = await waits;
        foreach (var reply in new[] { refused, over })
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.StatusCode);
            Assert.NotNull(reply.Headers.RetryAfter);
        }
    }

    [Fact]
    public async Task A_client_that_leaves_gives_up_its_place_and_leaves_nothing_behind()
    {
        await using var node = await TestNode.StartAsync(options => options with { Warm = 1, MaxWorkers = 1 });
        var holder = await node.CreateAsync();
        using var leaving = new CancellationTokenSource();
        var left = node.PostAsync("{}", leaving.Token);
        await Eventually.IsTrueAsync(() => node.Pool.Status().Queued == 1, "one in line");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        await Eventually.IsTrueAsync(() => node.Pool.Status().Queued == 0, "nobody in line");
        await node.Http.DeleteAsync($"/sessions/{holder}");
        await Eventually.IsTrueAsync(() => node.Pool.Status() is { Ready: 1, Leased: 0 }, "the worker is free");
    }

    [Fact]
    public async Task A_create_that_comes_while_the_last_worker_retires_gets_another_one()
    {
        await using var node = await TestNode.StartAsync(options => options with
        {
            Worker = $"/usr/bin/env node {ForeignWorkerTests.Script} 700",
            Warm = 0,
            MaxWorkers = 1,
            IdleShrink = TimeSpan.FromMilliseconds(1),
        });
        await node.Http.DeleteAsync($"/sessions/{await node.CreateAsync()}");
        await Eventually.IsTrueAsync(() => node.Pool.Status().Stopping == 1, "the worker retires");
        await node.CreateAsync();
    }

    [Fact]
    public async Task The_pool_grows_on_demand_and_shrinks_back_to_warm()
    {
        await using var node = await TestNode.StartAsync(
            options => options with { Warm = 1, MaxWorkers = 6, IdleShrink = TimeSpan.FromMilliseconds(500) });
        var ids = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => node.CreateAsync()));
        Assert.Equal(6, node.Pool.Status().Slots);
        foreach (var id in ids)
            await node.Http.DeleteAsync($"/sessions/{id}");
        await Eventually.IsTrueAsync(() => node.Pool.Status() is { Ready: 1, Slots: 1 }, "only the warm worker is left", seconds: 20);
    }
}
