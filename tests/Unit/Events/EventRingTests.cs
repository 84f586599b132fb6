using Steelyard.Events;

namespace Steelyard.Tests.Unit.Events;

public sealed class EventRingTests
{
    private readonly EventRing ring = new(TimeProvider.System);

    [Fact]
    public void Readers_get_events_in_order_from_where_they_are()
    {
        Add(3);
        Assert.Equal([0L, 1, 2], Numbers(0, 10));
        Assert.Equal([1L, 2], Numbers(1, 10));
        Assert.Equal([0L, 1], Numbers(0, 2));
        Assert.Empty(Numbers(3, 10));
        Assert.Empty(Numbers(99, 10));
    }

    [Fact]
    public void A_reader_that_is_too_slow_is_told_how_many_it_has_missed()
    {
        Add(EventRing.Capacity + 5);
        var (events, missed) = ring.Read(2, 1);
        Assert.Equal((5, 3), (events.Single().Number, missed));
        Assert.Equal(0, ring.Read(5, 1).Missed);
    }

    [Fact]
    public async Task One_that_waits_is_told_of_the_next_event()
    {
        Add(1);
        Assert.True(ring.WhenAsync(0).IsCompleted);
        var (first, second) = (ring.WhenAsync(1), ring.WhenAsync(1));
        Assert.False(first.IsCompleted);
        Add(1);
        await Until.DoneAsync(Task.WhenAll(first, second));
    }

    [Fact]
    public void The_growth_of_the_queue_is_left_out()
    {
        ring.Take(new QueueGrew(1));
        Assert.Equal(0, ring.Next);
    }

    private void Add(int count)
    {
        for (var i = 0; i < count; i++)
            ring.Take(new StartsFailed("exit 7"));
    }

    private IEnumerable<long> Numbers(long from, int most) => ring.Read(from, most).Events.Select(dated => dated.Number);
}
