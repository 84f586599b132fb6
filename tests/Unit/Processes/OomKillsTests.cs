using Steelyard.Processes;

namespace Steelyard.Tests.Unit.Processes;

public sealed class OomKillsTests
{
    [Theory]
    [InlineData("nr_free_pages 1\noom_kill 7\noom_kill_other 9\n", 7L)]
    [InlineData("nr_free_pages 1\n", null)]
    [InlineData("oom_kill x\n", null)]
    public void The_kernels_counter_is_read(string vmstat, long? expected)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(expected, OomKills.Count(folder.Write("vmstat", vmstat)));
    }

    [Fact]
    public void A_kernel_without_one_tells_nothing() => Assert.Null(OomKills.Count("/nowhere"));
}
