using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Tests.Unit.Workers;

public sealed class MemoryBudgetTests
{
    private const long GiB = 1L << 30;

    [Theory]
    [InlineData(WorkerKind.Chromium)]
    [InlineData(WorkerKind.Simulated)]
    [InlineData(WorkerKind.Foreign)]
    public void A_machine_without_memory_still_gets_sixteen(WorkerKind kind) => Assert.Equal(16, MemoryBudget.Workers(kind, 0));

    [Theory]
    [InlineData(WorkerKind.Chromium)]
    [InlineData(WorkerKind.Simulated)]
    public void A_huge_machine_gets_a_thousand(WorkerKind kind) => Assert.Equal(1000, MemoryBudget.Workers(kind, 100_000 * GiB));

    [Fact]
    public void A_browser_counts_two_hundred_mebibytes_and_a_fifth_stays_free() =>
        Assert.Equal(65, MemoryBudget.Workers(WorkerKind.Chromium, 16 * GiB));

    [Fact]
    public void A_foreign_worker_counts_as_a_browser() =>
        Assert.Equal(MemoryBudget.Workers(WorkerKind.Chromium, 16 * GiB), MemoryBudget.Workers(WorkerKind.Foreign, 16 * GiB));

    [Fact]
    public void A_simulated_worker_counts_ten_mebibytes() => Assert.Equal(163, MemoryBudget.Workers(WorkerKind.Simulated, 2 * GiB));

    [Fact]
    public void This_machine_gets_something_between_the_two_ends() => Assert.InRange(MemoryBudget.Workers(WorkerKind.Chromium), 16, 1000);
}
