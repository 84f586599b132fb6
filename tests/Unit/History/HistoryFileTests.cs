using Microsoft.Data.Sqlite;
using Steelyard.History;

namespace Steelyard.Tests.Unit.History;

public sealed class HistoryFileTests
{
    [Fact]
    public async Task The_folder_and_what_is_in_it_are_for_the_owner_only()
    {
        await using var bench = new StoreBench();
        await bench.WriteAsync(Ended.Row(1));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(bench.Folder));
        Assert.All(
            Directory.GetFiles(bench.Folder, "history.db*"),
            path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path)));
    }

    [Fact]
    public async Task A_second_node_on_the_same_folder_is_refused_and_told_what_to_do()
    {
        await using var first = new StoreBench();
        var e = Assert.Throws<DataDirectoryException>(() => new StoreBench(folder: first.Folder));
        Assert.Contains(first.Folder, e.Message, StringComparison.Ordinal);
        Assert.Contains("--data-dir", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<DataDirectoryException>(() => new StoreBench(folder: Path.Combine(folder.Write("file", ""), "data")));
    }

    [Theory]
    [InlineData(
        "this is no database, and longer than the hundred bytes of a database's head: .............................................")]
    [InlineData("short")]
    public async Task What_is_no_database_is_set_aside(string text)
    {
        using var folder = new TemporaryFolder();
        folder.Write("history.db", text);
        await using var bench = new StoreBench(folder: folder.Root);
        await bench.WriteAsync(Ended.Row(1));
        var aside = Assert.Single(Directory.GetFiles(folder.Root, "history.db.corrupt-*"));
        Assert.Equal(text, await File.ReadAllTextAsync(aside));
        Assert.Contains(aside, Assert.Single(bench.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_damaged_inside_is_set_aside()
    {
        using var folder = new TemporaryFolder();
        await using (var first = new StoreBench(folder: folder.Root))
            Array.ForEach([.. Enumerable.Range(1, 1000).Select(number => Ended.Row(number))], first.Store.Add);
        await using (var file = File.OpenWrite(Path.Combine(folder.Root, "history.db")))
        {
            file.Position = file.Length / 2;
            file.Write(new byte[8192]);
        }

        await using var second = new StoreBench(folder: folder.Root);
        Assert.Equal(0, await second.CountAsync());
        Assert.Single(Directory.GetFiles(folder.Root, "history.db.corrupt-*"));
        Assert.Contains("damaged", Assert.Single(second.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_file_is_a_database_that_has_only_begun()
    {
        using var folder = new TemporaryFolder();
        folder.Write("history.db", "");
        await using var bench = new StoreBench(folder: folder.Root);
        await bench.WriteAsync(Ended.Row(1));
        Assert.Empty(bench.Log.Lines);
    }

    [Fact]
    public async Task A_database_of_a_later_version_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        await using (new StoreBench(folder: folder.Root))
        {
        }

        await using (var connection = new SqliteConnection($"Data Source={folder.At("history.db")};Pooling=False"))
        {
            connection.Open();
            connection.Run("PRAGMA user_version = 2");
        }

        Assert.Contains(
            "version 2",
            Assert.Throws<DataDirectoryException>(() => new StoreBench(folder: folder.Root)).Message,
            StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Root, "*corrupt*"));
    }
}
