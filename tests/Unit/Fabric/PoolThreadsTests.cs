using Steelyard.Fabric.Tables;

namespace Steelyard.Tests.Unit.Fabric;

public sealed class PoolThreadsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Work_that_another_thread_completes_is_awaited_on_the_pool(bool succeeds)
    {
        var work = new TaskCompletionSource<int>(); // It runs its continuations where it is completed, as sockets do here.
        var awaited = Task.Run(async () =>
        {
            try
            {
                await PoolThreads.OnPoolAsync(() => work.Task);
            }
            catch (IOException)
            {
                Assert.False(succeeds);
            }

            return Thread.CurrentThread.IsThreadPoolThread;
        });
        await Task.Delay(50); // Until it is awaited. If that takes longer, the test proves less.
        var foreign = new Thread(() =>
        {
            if (succeeds)
                work.SetResult(1);
            else
                work.SetException(new IOException());
        });
        foreign.Start();
        Assert.True(await Until.DoneAsync(awaited));
    }

    [Fact]
    public async Task Work_begins_on_the_pool()
    {
        Task<bool>? begun = null;
        var caller = new Thread(() => begun = PoolThreads.OnPoolAsync(() => Task.FromResult(Thread.CurrentThread.IsThreadPoolThread)));
        caller.Start();
        await Until.TrueAsync(() => begun is not null, "the caller has called");
        Assert.True(await Until.DoneAsync(begun!));
    }

    [Fact]
    public async Task Work_that_does_not_end_is_awaited_until_the_deadline()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var awaited = new TaskCompletionSource<int>().Task.WithinAsync(TimeSpan.FromSeconds(2), clock, default);
        clock.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(awaited.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        await Assert.ThrowsAsync<TimeoutException>(() => Until.DoneAsync(awaited));
    }
}
