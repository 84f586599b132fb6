using Microsoft.Data.Sqlite;
using Steelyard.History;

namespace Steelyard.Tests.Unit.History;

public sealed class HistoryLabelsTests
{
    // The schema of the versions before the label index.
    private const string Old = """
        PRAGMA journal_mode = WAL;
        CREATE TABLE ended (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, node INTEGER NOT NULL, holder TEXT, worker TEXT,
            created_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, restarts INTEGER NOT NULL,
            bytes_sent INTEGER NOT NULL, bytes_received INTEGER NOT NULL, ttl INTEGER NOT NULL, max_age INTEGER,
            metadata TEXT, facts TEXT) STRICT;
        CREATE INDEX ended_by_creation ON ended (created_at DESC, id, reason);
        CREATE INDEX ended_by_holder ON ended (holder, created_at DESC, id, reason);
        PRAGMA user_version = 1;
        """;

    private const string OldRow = """
        INSERT INTO ended (number, id, node, holder, worker, created_at, ended_at, reason, detail, restarts,
            bytes_sent, bytes_received, ttl, max_age, metadata, facts)
        VALUES ($number, $id, 7, 'a', 'w3', $created, $created, 'deleted', 'by its client', 0, 0, 0, 600000000, NULL, $metadata, NULL)
        """;

    private static readonly long Created = HistoryTime.Write(Ended.Start);

    [Fact]
    public async Task A_history_of_the_program_before_is_read_at_once_labelled_soon_and_usable_by_that_program_still()
    {
        using var folder = new TemporaryFolder();
        await using (var connection = Open(folder))
        {
            connection.Run(Old);
            connection.Run("BEGIN");
            for (var number = 1; number <= 2000; number++)
                WriteAsBefore(connection, number);
            connection.Run("COMMIT");
        }

        await using (var bench = new StoreBench(folder: folder.Root))
        {
            Assert.Equal(2000, bench.Store.Newest(1)[0].Number);
            await MustFindAsync(bench, 667, ("kind", "k1"), ("env", "prod")); // Possibly before they have labels.
            await bench.WriteAsync(Ended.Row(2001) with { Metadata = """{"kind":"k1","env":"prod"}""" });
            await bench.RunAsync(() => Task.FromResult(AreLabelled(folder)), "all rows are labelled");
            await MustFindAsync(bench, 668, ("env", "prod"), ("kind", "k1"));
            await MustFindAsync(bench, 1, ("env", "prod"), ("job", "1234"));
            Assert.Equal(1234, (await PageAsync(bench, ("job", "1234"))).Rows.Single().Number);
            Assert.Empty(bench.Log.Lines);
        }

        await using (var connection = Open(folder))
        {
            Assert.Equal(1, connection.Number("PRAGMA user_version"));
            WriteAsBefore(connection, 2002);
            connection.Run("DELETE FROM ended WHERE number = 1234");
        }

        await using var last = new StoreBench(folder: folder.Root);
        await MustFindAsync(last, 2001, ("env", "prod"));
        await MustFindAsync(last, 0, ("job", "1234"));
        await MustFindAsync(last, 1, ("job", "2002"));
    }

    [Fact]
    public async Task Labels_go_with_their_rows()
    {
        using var folder = new TemporaryFolder();
        await using (var bench = new StoreBench(options => options with { HistoryAge = TimeSpan.FromMinutes(10) }, folder.Root))
        {
            var row = Ended.Row(1) with { Metadata = """{"job":"1"}""" };
            await bench.WriteAsync(row, row with { Number = 2, Metadata = """{"job":"2","x":"y"}""" });
            await MustFindAsync(bench, 0, ("job", "1"));
            await MustFindAsync(bench, 1, ("job", "2"));
            bench.Time.Advance(TimeSpan.FromMinutes(11));
            await bench.RunAsync(async () => await bench.CountAsync() == 0, "it is gone");
        }

        await using var connection = Open(folder);
        Assert.Equal(0, connection.Number("SELECT count(*) FROM label"));
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[1]")]
    [InlineData("""{"a":1,"b":null,"c":{"d":"e"}}""")]
    public async Task Metadata_that_this_program_did_not_write_is_in_nobodys_way(string metadata)
    {
        using var folder = new TemporaryFolder();
        await using (var connection = Open(folder))
        {
            connection.Run(Old);
            WriteAsBefore(connection, 1, metadata);
            WriteAsBefore(connection, 2);
        }

        await using var bench = new StoreBench(folder: folder.Root);
        await bench.RunAsync(() => Task.FromResult(AreLabelled(folder)), "all rows are labelled");
        await MustFindAsync(bench, 1, ("job", "2"));
        Assert.Empty(bench.Log.Lines);
    }

    [Fact]
    public async Task A_list_by_labels_looks_only_at_rows_that_have_the_rarest_of_them()
    {
        using var folder = new TemporaryFolder();
        await using (var bench = new StoreBench(folder: folder.Root))
        {
            await bench.WriteAsync([
                .. Enumerable.Range(1, 3000)
                    .Select(number => Ended.Row(number) with { Metadata = $$"""{"env":"prod","job":"{{number}}"}""" })]);
        }

        await using var connection = Open(folder);
        var steps = 0;
        SQLitePCL.raw.sqlite3_progress_handler(connection.Handle, 100, _ => ++steps < 0 ? 1 : 0, null);
        var page = HistoryReads.Page(connection, new(long.MaxValue, 10) { Metadata = Labels(("env", "prod"), ("job", "7")) });
        Assert.Equal(7, Assert.Single(page.Rows).Number);

        // The search for the rarest label takes about 10 steps; a scan of all 3,000 rows takes several hundred.
        Assert.InRange(steps, 0, 150);
    }

    private static void WriteAsBefore(SqliteConnection connection, int number, string? metadata = null)
    {
        using var command = connection.Command(OldRow);
        command.With("$number", number).With("$id", Guid.NewGuid().ToString()).With("$created", Created + number)
            .With("$metadata", metadata ?? $$"""{"env":"prod","job":"{{number}}","kind":"k{{number % 3}}"}""").ExecuteNonQuery();
    }

    private static bool AreLabelled(TemporaryFolder folder)
    {
        using var connection = Open(folder);
        return HistoryLabels.AreComplete(connection);
    }

    private static SqliteConnection Open(TemporaryFolder folder)
    {
        var connection = new SqliteConnection($"Data Source={folder.At("history.db")};Pooling=False");
        connection.Open();
        return connection;
    }

    private static async Task MustFindAsync(StoreBench bench, int count, params (string Name, string Value)[] labels)
    {
        var page = await PageAsync(bench, labels);
        Assert.Equal((count, count), (page.Count, page.Rows.Count));
    }

    private static Task<HistoryPage> PageAsync(StoreBench bench, params (string Name, string Value)[] labels) =>
        bench.Store.PageAsync(new(long.MaxValue, 5000) { Metadata = Labels(labels) });

    private static Dictionary<string, string> Labels(params (string Name, string Value)[] labels) =>
        labels.ToDictionary(label => label.Name, label => label.Value);
}
