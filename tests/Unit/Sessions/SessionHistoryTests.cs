using Microsoft.Extensions.Time.Testing;
using Steelyard.Sessions;

namespace Steelyard.Tests.Unit.Sessions;

public sealed class SessionHistoryTests
{
    [Fact]
    public async Task It_remembers_why_a_session_ended()
    {
        await using var history = History(10);
        var ids = Enum.GetValues<EndReason>().ToDictionary(reason => reason, _ => Id());
        foreach (var (reason, id) in ids)
            history.Add(Ended(id, reason));
        Assert.All(ids, pair => Assert.Equal(pair.Key, history.Find(pair.Value)!.Reason));
    }

    [Fact]
    public async Task It_knows_nothing_of_a_session_it_was_not_told_of()
    {
        await using var history = History(10);
        Assert.Null(history.Find(Id()));
    }

    [Fact]
    public async Task One_that_is_too_old_is_not_known_any_more()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var history = new SessionHistory(10, TimeSpan.FromHours(1), time);
        var id = Id();
        history.Add(Ended(id, EndReason.Deleted));
        Assert.NotNull(history.Find(id));
        time.Advance(TimeSpan.FromHours(1.1));
        Assert.Null(history.Find(id));
        Assert.Null(await history.FindAsync(id, null));
        Assert.Empty(history.Remembered().Sessions);
    }

    [Fact]
    public async Task A_clock_that_jumps_ahead_makes_none_forgotten()
    {
        var time = new SettableClock(TimeProvider.System.GetUtcNow());
        await using var history = new SessionHistory(10, TimeSpan.FromDays(30), time);
        var id = Id();
        history.Add(Ended(id, EndReason.Deleted));
        time.SetWall(TimeSpan.FromDays(40));
        Assert.NotNull(history.Find(id));
        Assert.Single(history.Remembered().Sessions);
        time.SetWall(TimeSpan.FromDays(-40));
        time.Advance(TimeSpan.FromDays(1));
        Assert.NotNull(history.Find(id));
    }

    [Fact]
    public async Task The_oldest_is_forgotten_first()
    {
        await using var history = History(3);
        var ids = Enumerable.Range(0, 5).Select(_ => Id()).ToList();
        ids.ForEach(id => history.Add(Ended(id, EndReason.Deleted)));
        Assert.Equal([null, null, EndReason.Deleted, EndReason.Deleted, EndReason.Deleted], ids.Select(id => history.Find(id)?.Reason));
    }

    [Fact]
    public async Task One_without_capacity_remembers_nothing()
    {
        await using var history = History(0);
        var id = Id();
        history.Add(Ended(id, EndReason.Deleted));
        Assert.Null(history.Find(id));
    }

    [Fact]
    public async Task It_stays_bounded_when_many_add_at_once()
    {
        await using var history = History(100);
        var ids = Enumerable.Range(0, 64 * 50).Select(_ => Id()).ToArray();
        await Task.WhenAll(ids.Chunk(50).Select(
            chunk => Task.Run(() => Array.ForEach(chunk, id => history.Add(Ended(id, EndReason.Expired))))));
        Assert.InRange(ids.Count(id => history.Find(id) is not null), 1, 100);
    }

    private static EndedSession Ended(SessionId id, EndReason reason) =>
        new(id, new(default, default), TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow(), reason, "", null, 0, 0, default);

    private static SessionHistory History(int capacity) => new(capacity, TimeSpan.FromDays(1), TimeProvider.System);

    private static SessionId Id() => new(Guid.NewGuid());
}
