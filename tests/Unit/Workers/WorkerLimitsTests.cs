using Steelyard.Settings;
using Steelyard.Workers;

namespace Steelyard.Tests.Unit.Workers;

public sealed class WorkerLimitsTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData(WorkerKind.Chromium, null, null, 2048L)]
    [InlineData(WorkerKind.Chromium, 512L, null, 512L)]
    [InlineData(WorkerKind.Chromium, 8192L, null, 2048L)]
    [InlineData(WorkerKind.Chromium, 512L, 4096L, 4096L)]
    [InlineData(WorkerKind.Chromium, (long)Options.NoLimit, null, 2048L)]
    [InlineData(WorkerKind.Foreign, null, null, null)]
    [InlineData(WorkerKind.Foreign, 1024L, null, 1024L)]
    [InlineData(WorkerKind.Foreign, 1024L, (long)Options.NoLimit, null)]
    public void What_may_be_written_is_no_more_than_the_memory_that_was_given_unless_it_is_said(
        WorkerKind kind, long? memory, long? disk, long? expected) =>
        Assert.Equal(
            expected * MiB,
            WorkerLimits.For(kind, new() { WorkerMemoryBytes = InBytes(memory), WorkerDiskBytes = InBytes(disk) }).DiskBytes);

    private static long? InBytes(long? mebibytes) => mebibytes == Options.NoLimit ? Options.NoLimit : mebibytes * MiB;
}
