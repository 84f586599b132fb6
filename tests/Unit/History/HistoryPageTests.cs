using Steelyard.History;

namespace Steelyard.Tests.Unit.History;

public sealed class HistoryPageTests
{
    private static readonly HistoryQuery All = new(long.MaxValue, 1000);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task Pages_hold_each_row_once_the_newest_first_and_of_one_moment_the_lowest_id(int limit)
    {
        await using var bench = new StoreBench();

        // Five rows for each point in time.
        var rows = Enumerable.Range(1, 40)
            .Select(number => Ended.Row(number) with { CreatedAt = Ended.Start.AddTicks(number / 5) })
            .ToArray();
        await bench.WriteAsync(rows);
        var seen = new List<HistoryRow>();
        HistoryPlace? place = null;
        while (await bench.Store.PageAsync(new(long.MaxValue, limit) { After = place }) is { Rows.Count: > 0 } page)
        {
            Assert.Equal(40, page.Count);
            seen.AddRange(page.Rows);
            place = new(page.Rows[^1].CreatedAt, page.Rows[^1].Id);
        }

        Assert.Equal(rows.OrderByDescending(row => row.CreatedAt).ThenBy(row => row.Id, StringComparer.Ordinal), seen);
    }

    [Fact]
    public async Task Only_what_is_asked_for_is_in_a_page_and_counted()
    {
        await using var bench = new StoreBench();
        HistoryRow[] rows =
        [
            Ended.Row(1) with { Holder = "a", Reason = "worker_lost", Metadata = """{"job":"a b&c","kind":"x"}""" },
            Ended.Row(2) with { Holder = "b", Metadata = """{"job":"a b&c"}""" },
            Ended.Row(3) with { Holder = "a", Metadata = """{"kind":"x","job":"\u00e4"}""" },
            Ended.Row(4) with { Reason = "expired" },
        ];
        await bench.WriteAsync(rows);
        await MustFindAsync(All, 4, 3, 2, 1);
        await MustFindAsync(new(3, 10), 2, 1);
        await MustFindAsync(All with { Holder = "a" }, 3, 1);
        await MustFindAsync(All with { Reasons = ["expired", "worker_lost"] }, 4, 1);
        await MustFindAsync(All with { Holder = "a", Reasons = ["deleted"] }, 3);
        await MustFindAsync(All with { Metadata = Labels(("job", "a b&c")) }, 2, 1);
        await MustFindAsync(All with { Metadata = Labels(("kind", "x"), ("job", "ä")) }, 3);
        await MustFindAsync(All with { Metadata = Labels(("job", "a b")) });
        await MustFindAsync(All with { Metadata = Labels() }, 4, 3, 2, 1);
        await MustFindAsync(All with { Holder = "' OR 1=1 --" });

        async Task MustFindAsync(HistoryQuery query, params long[] numbers)
        {
            var page = await bench.Store.PageAsync(query);
            Assert.Equal(numbers, page.Rows.Select(row => row.Number));
            Assert.Equal(numbers.Length, page.Count);
        }
    }

    private static Dictionary<string, string> Labels(params (string Name, string Value)[] labels) =>
        labels.ToDictionary(label => label.Name, label => label.Value);
}
