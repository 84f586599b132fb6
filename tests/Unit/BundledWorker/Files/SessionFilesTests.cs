using System.IO.Compression;
using SteelBrowser.Files;

namespace Steelyard.Tests.Unit.BundledWorker.Files;

public sealed class SessionFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SessionFiles files;

    public SessionFilesTests()
    {
        Directory.CreateDirectory(Path.Combine(Root, "sub"));
        Directory.CreateDirectory(folder.At("outside"));
        folder.Write("outside/secret", "secret");
        files = new(Root);
    }

    private string Root => folder.At("root");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_file_is_taken_found_and_replaced()
    {
        Assert.Equal(("sub/a", 3), Taken("one", "sub/a"));
        Assert.Equal(("sub/a", 5), Taken("three", "sub/a"));
        Assert.Equal(("deep/er/b", 1), Taken("b", "deep/er/b"));
        using (var open = files.Open("sub/a"))
            Assert.Equal("three", new StreamReader(open!.Content).ReadToEnd());
        Assert.Equal(6, files.TotalBytes);
        Assert.Null(files.Open("sub"));
        Assert.Null(files.Open("none"));
        Assert.False(files.Delete("sub"));
        Assert.True(files.Delete("sub/a"));
        Assert.False(files.Delete("sub/a"));
    }

    [Theory]
    [InlineData("sub")]
    [InlineData("file/below")]
    [InlineData("a.crdownload")]
    [InlineData(".org.chromium.Chromium.x")]
    public void What_is_in_the_way_stays(string path)
    {
        folder.Write("root/file", "x");
        Assert.Null(Taken("new", path).Path);
        Assert.Equal("x", File.ReadAllText(Path.Combine(Root, "file")));
        Assert.True(Directory.Exists(Path.Combine(Root, "sub")));
    }

    [Fact]
    public async Task A_link_out_of_the_folder_is_neither_listed_nor_counted_nor_read_nor_zipped()
    {
        LinkOut();
        folder.Write("root/own", "own");
        Assert.Equal(["own"], files.List().Select(file => file.Path));
        Assert.Equal(3, files.TotalBytes);
        foreach (var path in new[] { "link", "gone", "way/secret", "sub/way/secret", "sub/link" })
        {
            Assert.Null(files.Open(path));
            Assert.False(files.Delete(path));
        }

        using var bytes = new MemoryStream();
        await Archive.WriteAsync(files, files.List(), bytes, default);
        using var zip = new ZipArchive(bytes);
        Assert.Equal(["own"], zip.Entries.Select(entry => entry.FullName));
    }

    [Theory]
    [InlineData("link")]
    [InlineData("gone")]
    [InlineData("way")]
    [InlineData("way/secret")]
    [InlineData("way/new")]
    [InlineData("sub/way/new")]
    public void Nothing_is_written_through_a_link(string path)
    {
        LinkOut();
        Assert.Null(Taken("new", path).Path);
        AssertOutsideIsWhole();
    }

    [Fact]
    public void To_delete_all_deletes_links_and_not_what_they_lead_to()
    {
        LinkOut();
        files.DeleteAll();
        Assert.Empty(Directory.EnumerateFileSystemEntries(Root));
        AssertOutsideIsWhole();
    }

    [Fact]
    public void A_folder_that_is_gone_does_not_come_back()
    {
        Directory.Delete(Root, recursive: true);
        Assert.Throws<DirectoryNotFoundException>(() => Taken("new", "sub/a"));
        Assert.False(Directory.Exists(Root));
    }

    private void LinkOut()
    {
        foreach (var (place, outside) in new[] { (Root, "../outside"), (Path.Combine(Root, "sub"), "../../outside") })
        {
            File.CreateSymbolicLink(Path.Combine(place, "link"), folder.At("outside/secret"));
            File.CreateSymbolicLink(Path.Combine(place, "gone"), folder.At("outside/none"));
            Directory.CreateSymbolicLink(Path.Combine(place, "way"), outside);
        }
    }

    private void AssertOutsideIsWhole()
    {
        Assert.Equal([folder.At("outside/secret")], Directory.EnumerateFileSystemEntries(folder.At("outside")));
        Assert.Equal("secret", File.ReadAllText(folder.At("outside/secret")));
    }

    private (string? Path, long Size) Taken(string text, string path)
    {
        var taken = files.Take(folder.Write("written", text), path);
        return (taken?.Path, taken?.Size ?? 0);
    }
}
