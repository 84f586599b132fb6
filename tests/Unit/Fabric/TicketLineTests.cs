using Microsoft.Extensions.Time.Testing;
using Steelyard.Fabric;
using Steelyard.Fabric.Calls;

namespace Steelyard.Tests.Unit.Fabric;

/// <summary>Who of the creates that wait in a cluster comes first.</summary>
public sealed class TicketLineTests
{
    private readonly FakeTimeProvider time = new();
    private readonly TicketLine line;

    public TicketLineTests() => line = new(time);

    [Fact]
    public async Task The_oldest_ticket_of_a_holder_goes_first_whatever_came_first()
    {
        var (young, old) = (Wait("a", seconds: 1), Wait("a", seconds: 2));
        line.Offer(node: 7, free: 1);
        Assert.Equal(new(TurnKind.Go, 7), await old);
        Assert.False(young.IsCompleted);
    }

    [Fact]
    public async Task Holders_take_turns()
    {
        var first = Guid.NewGuid();
        var served = line.WaitAsync(new(first, "greedy", TimeSpan.FromSeconds(9), 10));
        var greedy = Wait("greedy", seconds: 8);
        var modest = Wait("modest");
        line.Offer(node: 7, free: 2);
        Assert.Equal(TurnKind.Go, (await served).Kind);
        line.Leave(first);
        Assert.Equal(TurnKind.Go, (await modest).Kind);
        Assert.False(greedy.IsCompleted);
    }

    [Fact]
    public async Task The_rooms_of_a_node_are_given_one_after_the_other()
    {
        var ids = Enumerable.Range(0, 4).Select(_ => Guid.NewGuid()).ToList();
        var tickets = ids.Select((id, i) => line.WaitAsync(new(id, "a", TimeSpan.FromSeconds(9 - i), 10))).ToList();
        line.Offer(node: 7, free: 3);
        line.Offer(node: 8, free: 1);
        Assert.Equal(new(TurnKind.Go, 7), await tickets[0]);
        Assert.Equal(new(TurnKind.Go, 8), await tickets[1]);
        Assert.False(tickets[2].IsCompleted);
        line.Leave(ids[0]);
        Assert.Equal(new(TurnKind.Go, 7), await tickets[2]);
        Assert.False(tickets[3].IsCompleted);
        line.Leave(ids[2]);
        Assert.Equal(new(TurnKind.Go, 7), await tickets[3]);
    }

    [Fact]
    public async Task Room_that_was_given_away_is_not_given_again_until_it_is_taken()
    {
        var id = Guid.NewGuid();
        var first = line.WaitAsync(new(id, "a", TimeSpan.FromSeconds(2), 10));
        var second = Wait("a", seconds: 1);
        line.Offer(node: 7, free: 1);
        line.Offer(node: 7, free: 1);
        await first;
        Assert.False(second.IsCompleted);
        line.Leave(id);
        line.Offer(node: 7, free: 1);
        Assert.Equal(new(TurnKind.Go, 7), await second);
    }

    [Fact]
    public async Task A_turn_of_which_nothing_is_heard_does_not_hold_up_the_others_for_long()
    {
        var first = Wait("a", seconds: 2);
        line.Offer(node: 7, free: 1);
        await first;
        time.Advance(TicketLine.TurnLife - TimeSpan.FromMilliseconds(1));
        var second = Wait("a");
        line.Offer(node: 7, free: 1);
        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        line.Offer(node: 7, free: 1);
        Assert.Equal(new(TurnKind.Go, 7), await second);
    }

    [Fact]
    public async Task A_create_whose_turn_came_to_nothing_is_as_old_as_before()
    {
        var id = Guid.NewGuid();
        var first = line.WaitAsync(new(id, "a", TimeSpan.FromSeconds(2), 10));
        var second = Wait("a", seconds: 1);
        line.Offer(node: 7, free: 1);
        await first;
        var again = line.WaitAsync(new(id, "a", TimeSpan.Zero, 10));
        line.Offer(node: 7, free: 1);
        Assert.Equal(new(TurnKind.Go, 7), await again);
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task A_full_line_refuses_newcomers_and_keeps_who_stood_in_it()
    {
        var first = Wait("a", limit: 1);
        Assert.Equal(TurnKind.Full, (await Wait("a", limit: 1)).Kind);
        time.Advance(TicketLine.Round);
        Assert.Equal(TurnKind.NotYet, (await first).Kind);
        Assert.Equal(TurnKind.Full, (await Wait("a", limit: 1)).Kind); // Its origin is about to ask again.
        time.Advance(TicketLine.Absence);
        line.Offer(node: 7, free: 0);
        Assert.False(Wait("a", limit: 1).IsCompleted);
    }

    [Fact]
    public async Task A_create_between_two_rounds_is_overtaken_by_nobody_until_it_stays_away()
    {
        var id = Guid.NewGuid();
        var first = line.WaitAsync(new(id, "a", TimeSpan.FromSeconds(1), 10));
        time.Advance(TicketLine.Round);
        Assert.Equal(TurnKind.NotYet, (await first).Kind);
        var second = Wait("a");
        line.Offer(node: 7, free: 2);
        Assert.False(second.IsCompleted);

        var again = line.WaitAsync(new(id, "a", TimeSpan.Zero, 10)); // It is as old as it was.
        line.Offer(node: 7, free: 1);
        Assert.Equal(TurnKind.Go, (await again).Kind);
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task A_create_that_stays_away_is_dropped()
    {
        var first = Wait("a", seconds: 1);
        time.Advance(TicketLine.Round);
        Assert.Equal(TurnKind.NotYet, (await first).Kind);
        var second = Wait("a");
        time.Advance(TicketLine.Absence);
        line.Offer(node: 7, free: 1);
        Assert.Equal(TurnKind.Go, (await second).Kind);
    }

    [Fact]
    public async Task A_create_whose_client_leaves_gives_its_place_up()
    {
        var id = Guid.NewGuid();
        var gone = line.WaitAsync(new(id, "a", TimeSpan.FromSeconds(1), 10));
        line.Leave(id);
        Assert.Equal(TurnKind.NotYet, (await gone).Kind);
        Assert.Equal(0, line.Count);
    }

    [Fact]
    public async Task A_create_that_asks_again_stands_in_line_once()
    {
        var id = Guid.NewGuid();
        var lost = line.WaitAsync(new(id, "a", TimeSpan.Zero, 10));
        var again = line.WaitAsync(new(id, "a", TimeSpan.FromSeconds(1), 10));
        Assert.Equal(TurnKind.NotYet, (await lost).Kind);
        Assert.Equal(1, line.Count);
        line.Offer(node: 7, free: 1);
        Assert.Equal(TurnKind.Go, (await again).Kind);
        Assert.Equal(0, line.Count);
    }

    private Task<Turn> Wait(string holder, int seconds = 0, int limit = 10) =>
        line.WaitAsync(new(Guid.NewGuid(), holder, TimeSpan.FromSeconds(seconds), limit));
}
