using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Steelyard.Dialects.Steel;
using Steelyard.Records;

namespace Steelyard.Tests.Unit.Dialects.Steel;

public sealed class ArtifactsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new();
    private readonly RunDirectory directory;
    private readonly Artifacts artifacts;

    public ArtifactsTests()
    {
        directory = new(folder.Root, 1024);
        artifacts = new(
            directory,
            new() { ArtifactSpaceBytes = 100, MaxArtifacts = 3, ArtifactLife = TimeSpan.FromMinutes(1) },
            time,
            NullLogger<Artifacts>.Instance);
    }

    [Fact]
    public async Task What_is_saved_is_found_until_its_time_is_over_and_then_deleted_though_nothing_is_saved()
    {
        using var over = new CancellationTokenSource();
        var sweeping = artifacts.RunAsync(over.Token);
        var name = await SaveAsync(10, ".png", default);
        Assert.Equal(10, new FileInfo(artifacts.Find(name)!).Length);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(artifacts.Find(name));
        await Until.TrueAsync(() => Files().Length == 0, "the file is gone");
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sweeping);
    }

    [Fact]
    public async Task The_oldest_make_room_by_number_and_by_size()
    {
        var names = new List<string>();
        for (var i = 0; i < 4; i++)
            names.Add(await SaveAsync(20, ".png", default));
        Assert.Equal([false, true, true, true], names.Select(name => artifacts.Find(name) is not null));
        names.Add(await SaveAsync(80, ".pdf", default));
        Assert.Equal([false, false, false, true, true], names.Select(name => artifacts.Find(name) is not null));
        Assert.Equal(2, Files().Length);
    }

    [Fact]
    public async Task What_can_never_have_room_is_refused_and_costs_the_others_nothing()
    {
        var name = await SaveAsync(20, ".png", default);
        await Assert.ThrowsAsync<ArtifactSpaceException>(() => SaveAsync(101, ".pdf", default));
        Assert.NotNull(artifacts.Find(name));
    }

    [Fact]
    public async Task A_save_that_is_broken_off_leaves_no_file_and_takes_no_room()
    {
        for (var i = 0; i < 10; i++)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SaveAsync(60, ".png", new(canceled: true)));
        Assert.Empty(Files());
        var name = await SaveAsync(60, ".png", default);
        Assert.NotNull(artifacts.Find(name));
    }

    [Fact]
    public async Task What_breaks_off_while_it_comes_leaves_no_file_and_is_not_the_disks_fault()
    {
        await Assert.ThrowsAsync<HttpRequestException>(() => artifacts.SaveAsync(new BrokenStream(), 60, ".png", default));
        Assert.Empty(Files());
        Assert.NotNull(artifacts.Find(await SaveAsync(60, ".png", default)));
    }

    [Fact]
    public async Task A_disk_that_takes_no_more_is_no_room()
    {
        Directory.Delete(Path.Combine(folder.Root, "artifacts"), recursive: true);
        await Assert.ThrowsAsync<ArtifactSpaceException>(() => SaveAsync(60, ".png", default));
    }

    public void Dispose()
    {
        directory.Dispose();
        folder.Dispose();
    }

    private Task<string> SaveAsync(int length, string extension, CancellationToken cancellationToken) =>
        artifacts.SaveAsync(new MemoryStream(new byte[length]), length, extension, cancellationToken);

    private string[] Files() => Directory.GetFiles(Path.Combine(folder.Root, "artifacts"));

    // Sends some bytes and then fails like a broken network connection.
    private sealed class BrokenStream() : MemoryStream(new byte[10])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position < Length ? base.ReadAsync(buffer, cancellationToken) : throw new IOException("the connection is gone");
    }
}
