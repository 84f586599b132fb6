using Microsoft.Extensions.Time.Testing;
using Steelyard.Processes;

namespace Steelyard.Tests.Unit.Processes;

public sealed class GroupMemoryTests
{
    [Fact]
    public async Task One_walk_serves_all_who_ask_at_about_the_same_time()
    {
        var time = new FakeTimeProvider();
        var memory = new GroupMemory(time);
        var first = memory.ReadAsync();
        Assert.All(Enumerable.Range(0, 32), _ => Assert.Same(first, memory.ReadAsync()));
        Assert.Contains((await first).Values, group => group.Pids!.Contains(Environment.ProcessId) && group.ResidentBytes > 0);
        time.Advance(GroupMemory.Fresh - TimeSpan.FromMilliseconds(1));
        Assert.Same(first, memory.ReadAsync());
        time.Advance(TimeSpan.FromMilliseconds(1));
        var next = memory.ReadAsync();
        Assert.NotSame(first, next);
        await next;
    }
}
