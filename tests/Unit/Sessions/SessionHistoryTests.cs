using Steelyard.Sessions;

namespace Steelyard.Tests.Unit.Sessions;

public sealed class SessionHistoryTests
{
    [Fact]
    public void It_remembers_why_a_session_ended()
    {
        var history = new SessionHistory(10);
        var ids = Enum.GetValues<EndReason>().ToDictionary(reason => reason, _ => Id());
        foreach (var (reason, id) in ids)
            history.Add(Ended(id, reason));
        Assert.All(ids, pair => Assert.Equal(pair.Key, history.Find(pair.Value)!.Reason));
    }

    [Fact]
    public void It_knows_nothing_of_a_session_it_was_not_told_of() => Assert.Null(new SessionHistory(10).Find(Id()));

    [Fact]
    public void The_oldest_is_forgotten_first()
    {
        var history = new SessionHistory(3);
        var ids = Enumerable.Range(0, 5).Select(_ => Id()).ToList();
        ids.ForEach(id => history.Add(Ended(id, EndReason.Deleted)));
        Assert.Equal([null, null, EndReason.Deleted, EndReason.Deleted, EndReason.Deleted], ids.Select(id => history.Find(id)?.Reason));
    }

    [Fact]
    public void One_without_capacity_remembers_nothing()
    {
        var history = new SessionHistory(0);
        var id = Id();
        history.Add(Ended(id, EndReason.Deleted));
        Assert.Null(history.Find(id));
    }

    [Fact]
    public async Task It_stays_bounded_when_many_add_at_once()
    {
        var history = new SessionHistory(100);
        var ids = Enumerable.Range(0, 64 * 50).Select(_ => Id()).ToArray();
        await Task.WhenAll(ids.Chunk(50).Select(chunk => Task.Run(() => Array.ForEach(chunk, id => history.Add(Ended(id, EndReason.Expired))))));
        Assert.InRange(ids.Count(id => history.Find(id) is not null), 1, 100);
    }

    private static EndedSession Ended(SessionId id, EndReason reason) => new(id, new(default, default), default, default, reason, 0, default);

    private static SessionId Id() => new(Guid.NewGuid());
}
