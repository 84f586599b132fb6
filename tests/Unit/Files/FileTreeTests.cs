using Steelyard.Files;

namespace Steelyard.Tests.Unit.Files;

/// <summary>Folders with the worst content that a user can create there.</summary>
public sealed class FileTreeTests : IDisposable
{
    private const long MiB = 1 << 20;
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryFolder folder = new();

    public FileTreeTests()
    {
        Directory.CreateDirectory(folder.At("root"));
        Directory.CreateDirectory(folder.At("outside"));
        folder.Write("outside/secret", "secret");
    }

    private string Root => folder.At("root");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Links_are_deleted_and_not_what_they_lead_to()
    {
        Directory.CreateDirectory(Path.Combine(Root, "sub"));
        Directory.CreateSymbolicLink(Path.Combine(Root, "way"), folder.At("outside"));
        Directory.CreateSymbolicLink(Path.Combine(Root, "sub", "way"), "../../outside");
        File.CreateSymbolicLink(Path.Combine(Root, "link"), folder.At("outside/secret"));
        FileTree.Delete(Root);
        Assert.False(Directory.Exists(Root));
        Assert.Equal("secret", File.ReadAllText(folder.At("outside/secret")));
    }

    [Fact]
    public void A_link_in_the_place_of_the_folder_is_deleted_itself()
    {
        Directory.CreateSymbolicLink(folder.At("way"), folder.At("outside"));
        FileTree.Delete(folder.At("way"));
        Assert.Null(new FileInfo(folder.At("way")).LinkTarget);
        Assert.True(File.Exists(folder.At("outside/secret")));
    }

    [Fact]
    public void A_folder_below_a_link_of_ours_is_deleted()
    {
        Directory.CreateSymbolicLink(folder.At("way"), folder.At("root"));
        Directory.CreateDirectory(folder.At("root/sub"));
        FileTree.Delete(folder.At("way/sub"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Root));
    }

    [Fact]
    public void Names_that_are_used_to_delete_are_in_nobodys_way()
    {
        foreach (var name in new[] { "a", "z" })
        {
            Directory.CreateDirectory(folder.At($"root/{name}/b/c/d"));
            Enumerable.Range(1, 5).ToList().ForEach(number => folder.Write($"root/{name}/.moved-{number}", ""));
        }

        Enumerable.Range(1, 5).ToList().ForEach(number => folder.Write($"root/.moved-{number}", ""));
        FileTree.Delete(Root);
        Assert.False(Directory.Exists(Root));
    }

    [Fact]
    public void What_is_not_there_is_deleted_already()
    {
        FileTree.Delete(folder.At("none"));
        FileTree.Delete(folder.At("none/below"));
    }

    [Fact]
    public void Folders_nested_more_deeply_than_a_path_can_say_are_deleted()
    {
        Nest(3000);
        FileTree.Delete(Root);
        Assert.False(Directory.Exists(Root));
    }

    [Fact]
    public void Names_that_are_no_text_are_deleted()
    {
        using (var held = HeldFolder.Open(Root))
        {
            Assert.True(held.TryMakeFolder(new([0xff, 0xfe, 0]), Owner));
            using var inner = held.TryOpenFolder(new([0xff, 0xfe, 0]));
            Assert.True(inner!.TryMakeFolder(new([0x80, 0]), Owner));
        }

        FileTree.Delete(Root);
        Assert.False(Directory.Exists(Root));
    }

    [Fact]
    public void A_tree_measures_what_its_files_take_and_not_how_long_they_are()
    {
        using var held = HeldFolder.Open(Root);
        Assert.Equal(0, FileTree.Measure(held, MiB));
        File.WriteAllBytes(Path.Combine(Root, "file"), new byte[100_000]);
        using (var holes = File.Create(Path.Combine(Root, "holes")))
            holes.SetLength(1L << 40);
        Directory.CreateSymbolicLink(Path.Combine(Root, "way"), folder.At("outside"));
        Assert.InRange(FileTree.Measure(held, MiB), 100_000 + (2 * FileTree.LeastBytes), 100_000 + (4 * FileTree.LeastBytes));
    }

    [Fact]
    public void Empty_files_and_deep_folders_count_too()
    {
        using var held = HeldFolder.Open(Root);
        for (var i = 0; i < 100; i++)
            folder.Write($"root/{i}", "");
        Assert.Equal(100 * FileTree.LeastBytes, FileTree.Measure(held, 100 * MiB));
        Assert.InRange(FileTree.Measure(held, MiB), MiB, MiB + FileTree.LeastBytes);
        Nest(FileTree.MaxDepth + 2);
        Assert.True(FileTree.Measure(held, 1L << 50) > 1L << 50);
        FileTree.Empty(held); // .NET itself cannot delete folders that deep.
        Assert.Empty(Directory.EnumerateFileSystemEntries(Root));
    }

    [Fact]
    public void A_file_that_is_only_open_is_found()
    {
        using var held = HeldFolder.Open(Root);
        var device = held.StatusOf(FileName.Itself)!.Value.Identity.Device;

        // Other tests of this process have nameless files, too: small ones that come and go.
        const long Large = 32 * MiB;
        const long Others = 8 * MiB;
        var before = OpenFiles.NamelessBytes([Environment.ProcessId], device);
        var path = Path.Combine(Root, "file");
        using (var file = File.Create(path))
        {
            file.Write(new byte[Large]);
            file.Flush(flushToDisk: true);
            Assert.InRange(OpenFiles.NamelessBytes([Environment.ProcessId], device) - before, -Others, Others);
            File.Delete(path);
            Assert.InRange(
                OpenFiles.NamelessBytes([Environment.ProcessId, Environment.ProcessId], device) - before, Large - Others, Large + Others);
        }

        Assert.Equal(0, OpenFiles.NamelessBytes([int.MaxValue], device));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a\0b")]
    public void A_name_leads_to_no_other_folder(string name) => Assert.Throws<ArgumentException>(() => FileName.Of(name));

    private void Nest(int folders)
    {
        var held = HeldFolder.Open(Root);
        var name = FileName.Of(new string('d', 100));
        for (var i = 0; i < folders; i++)
        {
            using var above = held;
            Assert.True(above.TryMakeFolder(name, Owner));
            held = above.TryOpenFolder(name)!;
        }

        held.Dispose();
    }
}
