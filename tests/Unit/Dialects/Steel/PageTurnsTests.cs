using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Steelyard.Dialects.Steel;

namespace Steelyard.Tests.Unit.Dialects.Steel;

public sealed class PageTurnsTests : IDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly PageTurns turns;

    public PageTurnsTests() => turns = new(new() { MaxPageCalls = 2, QueueLimit = 1, QueueTimeout = TimeSpan.FromSeconds(30) }, time);

    [Fact]
    public async Task So_many_at_a_time_and_the_next_gets_the_turn_that_ends()
    {
        var first = await turns.TakeAsync(Context());
        Assert.NotNull(await turns.TakeAsync(Context()));
        var waiting = turns.TakeAsync(Context());
        Assert.False(waiting.IsCompleted);
        first!.Dispose();
        Assert.NotNull(await waiting);
    }

    [Fact]
    public async Task One_for_whom_there_is_no_place_to_wait_is_told_when_to_come_again()
    {
        await FillAsync();
        var waiting = turns.TakeAsync(Context());
        var context = Context();
        Assert.Null(await turns.TakeAsync(context));
        Assert.Equal((429, "1"), (context.Response.StatusCode, context.Response.Headers.RetryAfter.ToString()));
        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public async Task That_time_is_judged_by_those_who_waited_before()
    {
        var first = await turns.TakeAsync(Context());
        Assert.NotNull(await turns.TakeAsync(Context()));
        for (var i = 0; i < 5; i++)
        {
            var waiting = turns.TakeAsync(Context());
            first!.Dispose();
            first = await waiting;
        }

        _ = turns.TakeAsync(Context());
        var context = Context();
        Assert.Null(await turns.TakeAsync(context));
        Assert.Equal("12", context.Response.Headers.RetryAfter.ToString()); // Five in a minute, and one in line.
    }

    [Fact]
    public async Task A_wait_is_over_when_a_create_would_not_wait_longer_either()
    {
        await FillAsync();
        var context = Context();
        var waiting = turns.TakeAsync(context);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(await waiting);
        Assert.Equal(429, context.Response.StatusCode);
    }

    [Fact]
    public async Task A_client_that_leaves_gives_up_its_place()
    {
        await FillAsync();
        using var left = new CancellationTokenSource();
        var leaving = Context();
        leaving.RequestAborted = left.Token;
        var waiting = turns.TakeAsync(leaving);
        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.False(turns.TakeAsync(Context()).IsCompleted);
    }

    public void Dispose() => turns.Dispose();

    private static DefaultHttpContext Context() => new() { Response = { Body = new MemoryStream() } };

    private async Task FillAsync()
    {
        for (var i = 0; i < 2; i++)
            Assert.NotNull(await turns.TakeAsync(Context()));
    }
}
