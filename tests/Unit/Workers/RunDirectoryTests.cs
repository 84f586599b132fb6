using Microsoft.Extensions.Logging.Abstractions;
using Steelyard.Processes;
using Steelyard.Workers;

namespace Steelyard.Tests.Unit.Workers;

public sealed class RunDirectoryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_second_holder_is_refused_and_told_what_to_do()
    {
        using var first = new RunDirectory(folder.At("run"), 1024);
        var e = Assert.Throws<RunDirectoryException>(() => new RunDirectory(folder.At("run"), 1024));
        Assert.Contains(folder.At("run"), e.Message, StringComparison.Ordinal);
        Assert.Contains("another orchestrator", e.Message, StringComparison.Ordinal);
        Assert.Contains("--run-dir", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_free_again_after_the_first_let_go()
    {
        new RunDirectory(folder.At("run"), 1024).Dispose();
        new RunDirectory(folder.At("run"), 1024).Dispose();
    }

    [Fact]
    public void Two_folders_do_not_disturb_each_other()
    {
        using var first = new RunDirectory(folder.At("one"), 1024);
        using var second = new RunDirectory(folder.At("two"), 1024);
        Assert.NotEqual(first.For("w1").Path, second.For("w1").Path);
    }

    [Fact]
    public void It_is_for_its_owner_only()
    {
        using var held = new RunDirectory(folder.At("run"), 1024);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.At("run")));
    }

    [Fact]
    public void A_file_in_its_place_is_refused_with_its_path()
    {
        var e = Assert.Throws<RunDirectoryException>(() => new RunDirectory(folder.Write("file", ""), 1024));
        Assert.Contains(folder.At("file"), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clearing_kills_a_worker_left_behind_and_deletes_every_folder()
    {
        using var held = new RunDirectory(folder.At("run"), 1024);
        var process = OsProcess.Start(new("/bin/sh", ["-c", "sleep 600"]));
        var left = held.For("left");
        left.Create();
        left.WriteRecord(new(process.Identity, 20000));
        var broken = held.For("broken");
        broken.Create();
        await File.WriteAllTextAsync(Path.Combine(broken.Path, "worker.json"), "rub");
        await Until.DoneAsync(held.ClearAsync(NullLogger.Instance));
        Assert.Equal(new(null, (int)Signal.Kill), await Until.DoneAsync(process.Exited));
        Assert.False(Directory.Exists(left.Path));
        Assert.False(Directory.Exists(broken.Path));
    }

    [Fact]
    public async Task Clearing_spares_a_process_that_merely_has_the_same_pid()
    {
        using var held = new RunDirectory(folder.At("run"), 1024);
        var process = OsProcess.Start(new("/bin/sh", ["-c", "sleep 600"]));
        var left = held.For("left");
        left.Create();
        left.WriteRecord(new(process.Identity with { StartTime = process.Identity.StartTime - 1 }, 20000));
        await Until.DoneAsync(held.ClearAsync(NullLogger.Instance));
        Assert.False(process.Exited.IsCompleted);
        Assert.True(process.Identity.Exists);
        Assert.False(Directory.Exists(left.Path));
        process.TrySendToGroup(Signal.Kill);
        await Until.DoneAsync(process.Exited);
    }
}
