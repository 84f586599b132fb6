using Steelyard.Connections;
using Steelyard.Machine;
using Steelyard.Settings;
using Steelyard.WorkerHttp;

namespace Steelyard.Tests.Unit.Machine;

public sealed class DescriptorBudgetTests
{
    private static readonly Options Usual = new() { MaxWorkers = 100 };

    [Fact]
    public void What_fits_is_left_as_it_is()
    {
        var (options, note) = DescriptorBudget.Apply(Usual, 1 << 20);
        Assert.Equal(Usual, options);
        Assert.Null(note);
    }

    [Fact]
    public void What_does_not_fit_is_lowered_and_said()
    {
        var (options, note) = DescriptorBudget.Apply(Usual, 1024);
        Assert.InRange(options.MaxWorkers, 20, 99);
        Assert.InRange(options.MaxConnections, options.MaxWorkers, 999);
        Assert.InRange(options.MaxAttached, options.MaxWorkers, 999);
        Assert.Contains("1024 open files", note, StringComparison.Ordinal);
        Assert.Contains("10000", note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_that_needs_little_leaves_its_part_to_the_other()
    {
        var (options, _) = DescriptorBudget.Apply(Usual with { MaxConnections = 50 }, 4096);
        Assert.Equal(50, options.MaxConnections);
        Assert.InRange(options.MaxAttached, 1000, 1500);
    }

    [Fact]
    public void Too_few_are_refused() => Assert.Throws<IOException>(() => DescriptorBudget.Apply(Usual, DescriptorBudget.Least - 1));

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(16, 10_000, 10_000)]
    [InlineData(1000, 10_000, 10_000)]
    [InlineData(10_000, 1_000_000, 5)]
    public void All_together_never_need_more_than_there_is(int workers, int connections, int attached)
    {
        var asked = new Options { MaxWorkers = workers, MaxConnections = connections, MaxAttached = attached };
        for (long descriptors = DescriptorBudget.Least; descriptors < 3_000_000; descriptors += 1 + (descriptors / 7))
        {
            var (options, _) = DescriptorBudget.Apply(asked, descriptors);
            Assert.True(options is { MaxWorkers: > 0, MaxConnections: > 0, MaxAttached: > 0 });
            var needed = DescriptorBudget.Reserve + DescriptorBudget.ListCalls + (DescriptorBudget.PerConnection * ConnectionPlaces.Spare)
                + ((DescriptorBudget.PerWorker + WorkerClient.KeptIdle) * (long)options.MaxWorkers) + options.SpareWorkerConnections
                + (DescriptorBudget.PerConnection * ((long)options.MaxConnections + options.MaxAttached));
            Assert.InRange(needed, 0, descriptors);
        }
    }
}
