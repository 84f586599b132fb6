using System.Runtime.InteropServices;
using Steelyard.History;

namespace Steelyard.Tests.Unit.History;

/// <summary>A history on a disk of one megabyte.</summary>
public sealed partial class FullDiskTests
{
    [Fact]
    public async Task A_full_disk_costs_history_and_nothing_else_and_it_goes_on_when_there_is_room()
    {
        using var disk = SmallDisk.Create();
        await using var bench = new StoreBench(folder: disk.Path);
        var before = Ended.Row(1);
        await bench.WriteAsync(before);
        var filler = disk.Fill();
        var lost = Enumerable.Range(2, 500).Select(number => Ended.Row(number) with { Detail = new('x', 2000) }).ToArray();
        Array.ForEach(lost, bench.Store.Add);
        await bench.RunAsync(() => Task.FromResult(bench.Log.Lines.Count > 0), "the loss is told");
        Assert.Contains("500 ended sessions are not written down", bench.Log.Lines[0], StringComparison.Ordinal);
        Assert.Contains("full", bench.Log.Lines[0], StringComparison.Ordinal);
        Assert.Equal(before, await bench.Store.FindAsync(before.Id));

        File.Delete(filler);
        var after = Ended.Row(600);
        await bench.WriteAsync(after);
        Assert.Equal([before, after], bench.Store.Newest(10));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_node_starts_on_a_full_disk_and_finds_its_history_when_there_is_room(bool wasKilled)
    {
        using var disk = SmallDisk.Create();
        var row = Ended.Row(1);
        await using (var first = new StoreBench(folder: disk.Path))
            await first.WriteAsync(row);

        // A killed node leaves the index file of the log, so the next node need not create it.
        if (wasKilled)
            await File.WriteAllBytesAsync(System.IO.Path.Combine(disk.Path, "history.db-shm"), new byte[32768]);
        var filler = disk.Fill();
        var log = new ListLogger<HistoryStore>();
        var store = HistoryStore.Open(new() { DataDirectory = disk.Path }, TimeProvider.System, log);
        Assert.Equal(wasKilled, store is not null);
        if (store is null)
        {
            Assert.Contains("until the next start", Assert.Single(log.Lines), StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(row, await store.FindAsync(row.Id));
            await store.DisposeAsync();
        }

        File.Delete(filler);
        await using var last = new StoreBench(folder: disk.Path);
        Assert.Equal([row], last.Store.Newest(10));
    }

    [LibraryImport("libc", EntryPoint = "mount", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);

    private sealed class SmallDisk : IDisposable
    {
        private const int Detach = 2;

        private readonly TemporaryFolder folder = new();

        public string Path => folder.At("disk");

        /// <summary>Creates the disk, or skips the test if it may not mount one.</summary>
        public static SmallDisk Create()
        {
            var disk = new SmallDisk();
            Directory.CreateDirectory(disk.Path);
            if (Mount("tmpfs", disk.Path, "tmpfs", 0, "size=1m") == 0)
                return disk;
            disk.folder.Dispose();
            Assert.Skip("mounting a small disk takes root");
            return disk;
        }

        /// <summary>Fills all free space. Returns the path of the file that does so.</summary>
        public string Fill()
        {
            var path = System.IO.Path.Combine(Path, "filler");
            using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
            try
            {
                for (long offset = 0; ; offset += 4096)
                    RandomAccess.Write(file, new byte[4096], offset);
            }
            catch (IOException)
            {
                return path;
            }
        }

        public void Dispose()
        {
            Unmount(Path, Detach);
            folder.Dispose();
        }
    }
}
