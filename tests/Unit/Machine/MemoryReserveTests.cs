using Steelyard.Machine;
using Steelyard.Processes;

namespace Steelyard.Tests.Unit.Machine;

public sealed class MemoryReserveTests
{
    private const long GiB = 1L << 30;

    [Theory]
    [InlineData(4, 4, 0, null)] // a twentieth of 4 GiB is free
    [InlineData(1, 64, 0, null)] // at most 1 GiB stays free
    [InlineData(3, 4, 10, null)]
    [InlineData(1, 4, 0, 1L << 20)]
    public void There_is_enough(long available, long total, double stall, long? reserve) =>
        Assert.Null(MemoryReserve.WhyNoMore(available * GiB, total * GiB, stall, reserve));

    [Theory]
    [InlineData(100, 4096, 0, null, "less than 204 MiB")]
    [InlineData(1023, 65536, 0, null, "--memory-reserve")]
    [InlineData(3000, 4096, 11, null, "10 %")]
    [InlineData(3000, 4096, 0, 3001L << 20, "3001 MiB")]
    public void There_is_too_little(long available, long total, double stall, long? reserve, string told) => Assert.Contains(
        told, MemoryReserve.WhyNoMore(available << 20, total << 20, stall, reserve), StringComparison.Ordinal);

    [Fact]
    public void A_reserve_of_nothing_is_never_short() => Assert.Null(MemoryReserve.WhyNoMore(0, GiB, 100, 0));

    [Theory]
    [InlineData(50, 4096, null, true)] // a quarter of 204 MiB
    [InlineData(52, 4096, null, false)]
    [InlineData(255, 65536, null, true)]
    [InlineData(256, 65536, null, false)]
    [InlineData(24, 4096, 100L << 20, true)]
    [InlineData(25, 4096, 100L << 20, false)]
    [InlineData(0, 4096, 0L, false)]
    public void It_is_nearly_gone_far_below_the_reserve(long left, long total, long? reserve, bool isNearlyGone) =>
        Assert.Equal(isNearlyGone, MemoryReserve.IsNearlyGone(left << 20, total << 20, reserve));

    [Fact]
    public void The_machine_tells_its_memory()
    {
        var (available, total, freeSwap) = MachineMemory.Read();
        Assert.InRange(available, 1, total);
        Assert.InRange(freeSwap, 0, long.MaxValue);
        Assert.InRange(MachineMemory.Stall(), 0, 100);
    }

    [Fact]
    public void Pressure_is_that_of_all_programs_in_ten_seconds()
    {
        const string told = "some avg10=40.00 avg60=1.00 avg300=0.00 total=5\nfull avg10=12.50 avg60=0.10 avg300=0.00 total=3\n";
        Assert.Equal(12.5, MachineMemory.Stall(told));
        Assert.Equal(0, MachineMemory.Stall(""));
    }
}
