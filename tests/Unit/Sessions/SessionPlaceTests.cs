using Microsoft.Extensions.Time.Testing;
using Steelyard.Sessions;

namespace Steelyard.Tests.Unit.Sessions;

/// <summary>Where a session lives, and how it moves from a lost place to a new one.</summary>
public sealed class SessionPlaceTests
{
    private static readonly Placement Here = new(new(null!, null!), [1]);
    private static readonly Placement There = new(new(null!, null!), [2]);
    private readonly FakeTimeProvider time = new(new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));

    [Fact]
    public async Task It_is_where_it_was_placed()
    {
        var session = Make();
        Assert.Same(Here, await session.TryPlaceAsync(TimeSpan.Zero));
        Assert.True(session.IsOn(Here));
        Assert.False(session.IsOn(There));
    }

    [Fact]
    public async Task Once_ended_it_is_nowhere()
    {
        var session = Make();
        session.TryEnd(new(EndReason.Deleted), out _);
        Assert.Null(await session.TryPlaceAsync(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Whoever_asks_while_it_is_restored_waits_for_its_new_place()
    {
        var session = Make();
        Assert.True(session.TryBeginRestore(Here));
        Assert.False(session.IsOn(Here));
        Assert.Null(session.View().Worker);
        var asked = session.TryPlaceAsync(TimeSpan.FromSeconds(5)).AsTask();
        Assert.False(asked.IsCompleted);
        Assert.True(session.TryRestore(There));
        Assert.Same(There, await Until.DoneAsync(asked));
        Assert.Same(There, await session.TryPlaceAsync(TimeSpan.Zero));
        Assert.True(session.IsOn(There));
        Assert.Equal(1, session.Restarts);
    }

    [Fact]
    public async Task Whoever_asks_while_it_is_restored_waits_no_longer_than_said()
    {
        var session = Make();
        session.TryBeginRestore(Here);
        var asked = session.TryPlaceAsync(TimeSpan.FromSeconds(5)).AsTask();
        Pass(4.9);
        Assert.False(asked.IsCompleted);
        Pass(0.1);
        Assert.Null(await Until.DoneAsync(asked));
        Assert.True(session.TryRestore(There));
    }

    [Fact]
    public async Task An_end_during_the_restore_ends_the_waits_and_owns_nothing()
    {
        var session = Make();
        session.TryBeginRestore(Here);
        var asked = session.TryPlaceAsync(TimeSpan.FromSeconds(5)).AsTask();
        Assert.True(session.TryEnd(new(EndReason.Deleted), out var last));
        Assert.Null(last);
        Assert.Null(await Until.DoneAsync(asked));
        Assert.False(session.TryRestore(There));
        Assert.Equal(0, session.Restarts);
    }

    [Fact]
    public async Task A_loss_is_dealt_with_by_exactly_one_of_many()
    {
        var session = Make();
        var began = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => session.TryBeginRestore(Here))));
        Assert.Single(began, won => won);
    }

    [Fact]
    public void The_loss_of_a_place_it_has_left_already_means_nothing()
    {
        var session = Make();
        session.TryBeginRestore(Here);
        session.TryRestore(There);
        Assert.False(session.TryBeginRestore(Here));
        Assert.True(session.TryBeginRestore(There));
    }

    [Fact]
    public void An_ended_session_is_not_restored()
    {
        var session = Make();
        session.TryEnd(new(EndReason.Expired), out _);
        Assert.False(session.TryBeginRestore(Here));
        Assert.False(session.TryRestore(There));
    }

    [Fact]
    public void Its_time_goes_on_while_it_is_restored()
    {
        var session = Make();
        session.TryBeginRestore(Here);
        Pass(60);
        Assert.True(session.IsOver());
        Assert.Null(session.TryBegin());
    }

    [Fact]
    public void After_a_restore_the_winner_of_the_end_owns_the_new_place()
    {
        var session = Make();
        session.TryBeginRestore(Here);
        session.TryRestore(There);
        Assert.True(session.TryEnd(new(EndReason.Deleted), out var last));
        Assert.Same(There, last);
    }

    private void Pass(double seconds) => time.Advance(TimeSpan.FromSeconds(seconds));

    private Session Make() => new(new(Guid.NewGuid()), Here, new(default, new(TimeSpan.FromSeconds(60), null)), new(null), time);
}
