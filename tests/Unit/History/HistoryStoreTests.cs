using Microsoft.Data.Sqlite;
using Steelyard.History;
using Steelyard.Settings;

namespace Steelyard.Tests.Unit.History;

public sealed class HistoryStoreTests
{
    [Fact]
    public async Task A_row_comes_back_as_it_was_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        var row = Ended.Row(1) with
        {
            Holder = "a",
            Worker = null,
            Detail = "w3: exited, 'quoted' ✓",
            Restarts = 2,
            BytesSent = long.MaxValue,
            BytesReceived = 5,
            MaxAge = TimeSpan.FromTicks(12_345_678),
            Metadata = """{"job":"1"}""",
            Facts = """{"x":1}""",
            Cause = "out_of_memory",
        };
        await using (var first = new StoreBench(folder: folder.Root))
            first.Store.Add(row);
        await using var second = new StoreBench(folder: folder.Root);
        Assert.Equal(row, await second.Store.FindAsync(row.Id));
        Assert.Equal([row], second.Store.Newest(10));
        Assert.Null(await second.Store.FindAsync(Guid.NewGuid().ToString()));
    }

    [Fact]
    public async Task Rows_wait_for_others_and_are_written_together()
    {
        await using var bench = new StoreBench();
        var rows = Enumerable.Range(1, 300).Select(number => Ended.Row(number)).ToArray();
        Array.ForEach(rows, bench.Store.Add);
        Assert.Equal(0, await bench.CountAsync());
        var seen = 0;
        await bench.RunAsync(async () => (seen = await bench.CountAsync()) > 0, "something is written");
        Assert.Equal(300, seen);
    }

    [Fact]
    public async Task What_waits_is_written_at_the_end_and_the_newest_are_read_at_the_start()
    {
        using var folder = new TemporaryFolder();
        var rows = Enumerable.Range(1, 1200).Select(number => Ended.Row(number)).ToArray();
        await using (var first = new StoreBench(folder: folder.Root))
            Array.ForEach(rows, first.Store.Add);
        Assert.Empty(Directory.EnumerateFiles(folder.Root, "*-wal"));
        await using var second = new StoreBench(folder: folder.Root);
        Assert.Equal(1200, await second.CountAsync());
        Assert.Equal(rows[^3..], second.Store.Newest(3));
    }

    [Fact]
    public async Task More_than_may_wait_are_dropped_and_the_log_says_so_once_a_minute()
    {
        await using var bench = new StoreBench();
        for (var number = 1; number <= 12_000; number++)
            bench.Store.Add(Ended.Row(number));
        Assert.Single(bench.Log.Lines);
        Assert.Contains("History: 1 ended sessions are not written down", bench.Log.Lines[0], StringComparison.Ordinal);
        await bench.RunAsync(() => Task.FromResult(bench.Log.Lines.Count > 1), "the rest is told");
        Assert.InRange(bench.Time.GetUtcNow() - Ended.Start, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(70));
        await bench.RunAsync(async () => await bench.CountAsync() >= 10_000, "what could wait is written");
        Assert.InRange(await bench.CountAsync(), 10_000, 10_500);
        Assert.Matches($"{12_000 - 1 - await bench.CountAsync()} ended sessions", bench.Log.Lines[1]);
    }

    [Fact]
    public async Task A_shutdown_does_not_wait_for_a_disk_that_hangs()
    {
        await using var bench = new StoreBench();
        await bench.WriteAsync(Ended.Row(1));

        // Another writer blocks this one, as a disk that does not answer would.
        using var other = new SqliteConnection($"Data Source={bench.DatabasePath};Pooling=False");
        other.Open();
        other.Run("BEGIN IMMEDIATE");
        bench.Store.Add(Ended.Row(2));
        var end = bench.Store.DisposeAsync().AsTask();
        await bench.RunAsync(() => Task.FromResult(end.IsCompleted), "the store is closed");
        Assert.Contains("1 ended sessions are not written down", bench.Log.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Old_rows_are_deleted_in_time_though_nothing_ends()
    {
        await using var bench = new StoreBench(options => options with { HistoryAge = TimeSpan.FromMinutes(10) });
        await bench.WriteAsync(Ended.Row(1), Ended.Row(2), Ended.Row(300));
        bench.Time.Advance(TimeSpan.FromMinutes(11));
        await bench.RunAsync(async () => await bench.CountAsync() == 1, "two are gone");
        bench.Time.Advance(TimeSpan.FromMinutes(5));
        await bench.RunAsync(async () => await bench.CountAsync() == 0, "all are gone");
    }

    [Fact]
    public async Task A_clock_40_days_ahead_at_the_start_deletes_nothing()
    {
        using var folder = new TemporaryFolder();
        var rows = Enumerable.Range(1, 250).Select(number => Ended.Row(number)).ToArray();
        await using (var first = new StoreBench(folder: folder.Root))
            await first.WriteAsync(rows);
        await using var bench = new StoreBench(KeepTwoDays, folder.Root, Ended.Start.AddDays(40));
        var early = Ended.Row(251) with { EndedAt = bench.Time.GetUtcNow() };
        await bench.WriteAsync(early);
        for (var minute = 0; minute < 30; minute++)
            await PassAsync(bench, TimeSpan.FromMinutes(1));
        bench.Time.SetWall(TimeSpan.FromDays(-40));
        var late = Ended.Row(252) with { EndedAt = bench.Time.GetUtcNow() };
        await bench.WriteAsync(late);
        for (var hour = 0; hour < 8; hour++)
            await PassAsync(bench, TimeSpan.FromHours(1));
        Assert.Equal([.. rows, early, late], bench.Store.Newest(1000));

        // The clock is correct now: rows that are too old are deleted, and a row from the future blocks nothing.
        await PassAsync(bench, TimeSpan.FromDays(2.1));
        await bench.RunAsync(async () => await bench.CountAsync() == 1, "all but one are gone");
        Assert.Equal([early], bench.Store.Newest(1000));
    }

    [Fact]
    public async Task A_row_that_was_written_while_the_clock_was_behind_stays_as_long_as_those_before_it()
    {
        await using var bench = new StoreBench(KeepTwoDays);
        HistoryRow[] rows = [Ended.Row(1), Ended.Row(2) with { EndedAt = DateTimeOffset.UnixEpoch }, Ended.Row(3)];
        await bench.WriteAsync(rows);
        await PassAsync(bench, TimeSpan.FromDays(1));
        Assert.Equal(rows, bench.Store.Newest(10));
        await PassAsync(bench, TimeSpan.FromDays(1.1));
        await bench.RunAsync(async () => await bench.CountAsync() == 0, "all are gone");
    }

    [Fact]
    public async Task The_oldest_go_when_the_rows_take_too_much()
    {
        const long Limit = 4 << 20;
        await using var bench = new StoreBench(options => options with { HistorySize = Limit });
        var rows = Enumerable.Range(1, 5000).Select(number => Ended.Row(number) with { Detail = new('x', 1000) }).ToArray();
        await bench.WriteAsync(rows);
        Assert.InRange(new FileInfo(bench.DatabasePath).Length, Limit / 2, Limit * 3 / 2);
        Assert.Null(await bench.Store.FindAsync(rows[0].Id));
        var kept = await bench.CountAsync();
        Assert.InRange(kept, 1000, 4000);
        Assert.Equal(rows[^kept..], bench.Store.Newest(5000));
    }

    // Upkeep runs once a minute of this time.
    private static Options KeepTwoDays(Options options) => options with { HistoryAge = TimeSpan.FromDays(2) };

    // Advances the clock and gives a round of upkeep time to run: later writes come after it.
    private static async Task PassAsync(StoreBench bench, TimeSpan by)
    {
        bench.Time.Advance(by);
        await Task.Delay(5);
    }

    [Fact]
    public async Task A_row_of_an_id_that_is_there_takes_its_place()
    {
        await using var bench = new StoreBench();
        var row = Ended.Row(1);
        await bench.WriteAsync(row, row with { Number = 2, Detail = "again" }, Ended.Row(3));
        Assert.Equal((2, "again"), (await bench.CountAsync(), (await bench.Store.FindAsync(row.Id))!.Detail));
    }

    [Fact]
    public async Task A_read_that_cannot_be_is_said_to_be_so_and_the_next_one_may_be()
    {
        await using var bench = new StoreBench();
        var row = Ended.Row(1);
        await bench.WriteAsync(row);
        File.Move(bench.DatabasePath, bench.DatabasePath + ".away");
        await Assert.ThrowsAsync<HistoryUnavailableException>(() => bench.Store.FindAsync(row.Id));
        Assert.Contains("1 times", bench.Log.Lines.Single(), StringComparison.Ordinal);
        File.Move(bench.DatabasePath + ".away", bench.DatabasePath);
        Assert.Equal(row, await bench.Store.FindAsync(row.Id));
    }

    [Fact]
    public async Task A_database_that_is_deleted_costs_history_and_the_log_says_so()
    {
        await using var bench = new StoreBench();
        await bench.WriteAsync(Ended.Row(1));
        File.Delete(bench.DatabasePath);
        bench.Store.Add(Ended.Row(2));
        await bench.RunAsync(() => Task.FromResult(bench.Log.Lines.Count > 0), "the loss is told");
        Assert.Contains("1 ended sessions are not written down", bench.Log.Lines[0], StringComparison.Ordinal);
    }
}
