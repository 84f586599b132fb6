using Steelyard.Records;

namespace Steelyard.Tests.Unit.Records;

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
    public void It_is_for_its_owner_only_and_roots_lets_others_through_to_what_is_theirs()
    {
        using var held = new RunDirectory(folder.At("run"), 1024);
        var owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal(Environment.IsPrivilegedProcess ? owner | UnixFileMode.OtherExecute : owner, File.GetUnixFileMode(folder.At("run")));
        Assert.All(
            Directory.EnumerateFiles(folder.At("run")),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public void A_file_in_its_place_is_refused_with_its_path()
    {
        var e = Assert.Throws<RunDirectoryException>(() => new RunDirectory(folder.Write("file", ""), 1024));
        Assert.Contains(folder.At("file"), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_secret_stays_and_is_for_its_owner_only()
    {
        byte[] secret;
        using (var first = new RunDirectory(folder.At("run"), 1024))
            secret = first.Secret;
        using var second = new RunDirectory(folder.At("run"), 1024);
        Assert.Equal(32, secret.Length);
        Assert.Equal(secret, second.Secret);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.At("run/secret")));
    }

    [Fact]
    public void Worker_ids_go_on_behind_those_that_are_there()
    {
        using (var first = new RunDirectory(folder.At("run"), 1024))
        {
            Assert.Equal("w1", first.NextWorkerId());
            first.For("w41").Create();
            first.For("other").Create();
        }

        using var second = new RunDirectory(folder.At("run"), 1024);
        Assert.Equal("w42", second.NextWorkerId());
    }

    [Fact]
    public void Few_folders_stay_in_quarantine()
    {
        using var held = new RunDirectory(folder.At("run"), 1024);
        for (var i = 0; i < 30; i++)
        {
            var broken = held.For($"w{i}");
            broken.Create();
            held.Quarantine(broken);
        }

        Assert.Empty(held.Workers());
        Assert.Equal(20, Directory.GetDirectories(folder.At("run/quarantine")).Length);
    }
}
