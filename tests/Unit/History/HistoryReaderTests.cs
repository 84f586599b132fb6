using Microsoft.Extensions.Time.Testing;
using Steelyard.History;

namespace Steelyard.Tests.Unit.History;

public sealed class HistoryReaderTests
{
    private const string Endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

    [Fact]
    public async Task A_read_that_takes_too_long_is_stopped_and_gives_its_place_to_others()
    {
        using var folder = new TemporaryFolder();
        var time = new FakeTimeProvider();
        var log = new ListLogger<HistoryStore>();
        using var file = new HistoryFile(folder.Root, time, log);
        var reader = new HistoryReader(file, new(time, log), time);

        // More reads than may run at once: some of them time out in the queue.
        var reads = Enumerable.Range(0, 10)
            .Select(_ => reader.ListAsync("a", connection => connection.Number(Endless), CancellationToken.None))
            .ToList();
        time.Advance(TimeSpan.FromSeconds(2));
        foreach (var read in reads)
        {
            Assert.Contains(
                "longer than 2 s",
                (await Assert.ThrowsAsync<HistoryUnavailableException>(() => Until.DoneAsync(read))).Message,
                StringComparison.Ordinal);
        }

        Assert.Single(log.Lines);
        Assert.Equal(1, await Until.DoneAsync(reader.ListAsync("a", connection => connection.Number("SELECT 1"), CancellationToken.None)));
    }

    [Fact]
    public async Task One_key_keeps_neither_others_nor_its_own_lookups_waiting_and_its_surplus_is_refused()
    {
        using var folder = new TemporaryFolder();
        var time = new FakeTimeProvider();
        var log = new ListLogger<HistoryStore>();
        using var file = new HistoryFile(folder.Root, time, log);
        var reader = new HistoryReader(file, new(time, log), time);
        using var leaving = new CancellationTokenSource();
        var reads = Enumerable.Range(0, 100)
            .Select(_ => reader.ListAsync("a", connection => connection.Number(Endless), leaving.Token))
            .ToList();
        foreach (var key in new[] { "b", "c", null })
        {
            Assert.Equal(
                1,
                await Until.DoneAsync(reader.ListAsync(key, connection => connection.Number("SELECT 1"), CancellationToken.None)));
        }

        Assert.Equal(1, await Until.DoneAsync(reader.LookUpAsync("a", connection => connection.Number("SELECT 1"))));
        Assert.Equal(66, reads.Count(read => read is { IsFaulted: true, Exception.InnerException: HistoryBusyException }));

        // The reads of a client that leaves end at once.
        await leaving.CancelAsync();
        await Until.DoneAsync(Task.WhenAll(reads).ContinueWith(_ => { }, TaskScheduler.Default));
        Assert.Equal(34, reads.Count(read => read.IsCanceled));
        Assert.Equal(1, await Until.DoneAsync(reader.ListAsync("a", connection => connection.Number("SELECT 1"), CancellationToken.None)));
        Assert.Empty(log.Lines);
    }
}
