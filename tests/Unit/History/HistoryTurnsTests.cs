using Steelyard.History;

namespace Steelyard.Tests.Unit.History;

public sealed class HistoryTurnsTests
{
    [Fact]
    public async Task A_key_has_its_share_and_the_rest_is_for_others()
    {
        var turns = new HistoryTurns(atOnce: 3, perKey: 2, waitingPerKey: 10);
        var mine = Enumerable.Range(0, 5).Select(_ => turns.TakeAsync("a", CancellationToken.None)).ToList();
        Assert.Equal([true, true, false, false, false], mine.Select(turn => turn.IsCompleted));
        using var other = await Until.DoneAsync(turns.TakeAsync("b", CancellationToken.None));
        (await mine[0]).Dispose();
        (await Until.DoneAsync(mine[2])).Dispose();
        (await mine[1]).Dispose();
        foreach (var turn in mine.Skip(3))
            (await Until.DoneAsync(turn)).Dispose();
    }

    [Fact]
    public async Task Keys_take_turns_however_many_reads_one_of_them_asks_for()
    {
        var turns = new HistoryTurns(atOnce: 1, perKey: 1, waitingPerKey: 10);
        var order = new List<string>();
        var first = await turns.TakeAsync("a", CancellationToken.None);
        var waiting = "aaabc".Select(key => NoteAsync($"{key}")).ToList();
        first.Dispose();
        await Until.DoneAsync(Task.WhenAll(waiting));
        Assert.Equal("bcaaa", string.Concat(order));

        async Task NoteAsync(string key)
        {
            using var turn = await turns.TakeAsync(key, CancellationToken.None);
            order.Add(key); // Safe without a lock: one turn at a time.
        }
    }

    [Fact]
    public async Task What_may_not_wait_is_refused_at_once_and_others_are_not()
    {
        var turns = new HistoryTurns(atOnce: 1, perKey: 1, waitingPerKey: 2);
        var mine = Enumerable.Range(0, 3).Select(_ => turns.TakeAsync("a", CancellationToken.None)).ToList();
        await Assert.ThrowsAsync<HistoryBusyException>(() => turns.TakeAsync("a", CancellationToken.None));
        var other = turns.TakeAsync("b", CancellationToken.None);
        (await mine[0]).Dispose();
        (await Until.DoneAsync(other)).Dispose();
        (await Until.DoneAsync(mine[1])).Dispose();
        (await Until.DoneAsync(mine[2])).Dispose();
        (await turns.TakeAsync("a", CancellationToken.None)).Dispose();
    }

    [Fact]
    public async Task Who_leaves_gives_up_its_place()
    {
        var turns = new HistoryTurns(atOnce: 1, perKey: 1, waitingPerKey: 1);
        var first = await turns.TakeAsync("a", CancellationToken.None);
        using var leaving = new CancellationTokenSource();
        var second = turns.TakeAsync("a", leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        var third = turns.TakeAsync("a", CancellationToken.None);
        Assert.False(third.IsCompleted);
        first.Dispose();
        first.Dispose();
        var held = await Until.DoneAsync(third);
        Assert.False(turns.TakeAsync("b", CancellationToken.None).IsCompleted);
        held.Dispose();
    }
}
