using Steelyard.Hosting;

namespace Steelyard.Tests.Unit.Hosting;

public sealed class IdleMemoryTests
{
    [Theory]
    [InlineData(IdleMemory.Rest + 1, 0, false, IdleMemory.Rounds)]
    [InlineData(IdleMemory.Rest + 1, 1, false, IdleMemory.Rounds)]
    [InlineData(IdleMemory.Rest, IdleMemory.Rounds, true, IdleMemory.Rounds - 1)]
    [InlineData(0, 1, true, 0)]
    [InlineData(0, 0, false, 0)]
    public void It_collects_some_times_when_a_node_rests_after_a_rush(long allocated, int rounds, bool due, int left) =>
        Assert.Equal((due, left), IdleMemory.Decide(allocated, rounds));
}
