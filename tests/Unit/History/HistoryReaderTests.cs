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
        using var reader = new HistoryReader(file, new(time, log), time);

        // More than may read at once: some of them give up in line.
        var reads = Enumerable.Range(0, 10).Select(_ => reader.ReadAsync(connection => connection.Number(Endless))).ToList();
        time.Advance(TimeSpan.FromSeconds(2));
        foreach (var read in reads)
            Assert.Contains("longer than 2 s", (await Assert.ThrowsAsync<HistoryUnavailableException>(() => Until.DoneAsync(read))).Message, StringComparison.Ordinal);
        Assert.Single(log.Lines);
        Assert.Equal(1, await Until.DoneAsync(reader.ReadAsync(connection => connection.Number("SELECT 1"))));
    }
}
