using Microsoft.Extensions.Logging.Abstractions;
using Steelyard.Cluster;
using Steelyard.Records;

namespace Steelyard.Tests.Unit.Cluster;

/// <summary>What a node writes down for its next process.</summary>
public sealed class TenureRecordTests : IDisposable
{
    private static readonly TimeSpan Renewed = TimeSpan.FromSeconds(7);

    private readonly string folder = Path.Combine(Path.GetTempPath(), Functional.TestNode.FolderName());
    private readonly CancellationTokenSource started = new();
    private readonly RunDirectory directory;
    private readonly TenureRecord record;

    public TenureRecordTests()
    {
        directory = new(folder, maxLogBytes: 1 << 20);
        record = new(directory, NullLogger<TenureRecord>.Instance, started.Token);
    }

    [Fact]
    public async Task A_renewal_from_before_the_start_is_written_at_the_start()
    {
        record.Write(Renewed);
        Assert.Null(record.Read());
        await started.CancelAsync();
        Assert.Equal(Renewed, record.Read());
    }

    [Fact]
    public async Task A_record_is_erased_at_once_and_stays_erased()
    {
        await started.CancelAsync();
        record.Write(Renewed);
        using var next = new CancellationTokenSource();
        var other = new TenureRecord(directory, NullLogger<TenureRecord>.Instance, next.Token);
        Assert.Equal(Renewed, other.Read());
        other.Write(Renewed * 2);
        other.Write(null);
        Assert.Null(other.Read());
        await next.CancelAsync();
        Assert.Null(other.Read());
    }

    public void Dispose()
    {
        started.Dispose();
        directory.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
