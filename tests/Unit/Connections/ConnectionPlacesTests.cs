using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;
using Steelyard.Connections;

namespace Steelyard.Tests.Unit.Connections;

public sealed class ConnectionPlacesTests
{
    private readonly FakeTimeProvider time = new();
    private readonly ConnectionPlaces places = new(most: 2);

    [Fact]
    public void Who_has_asked_nothing_makes_room_the_oldest_first()
    {
        var (first, evictedFirst) = Enter();
        var (second, evictedSecond) = Enter();
        Assert.Null(evictedFirst ?? evictedSecond);
        Assert.Same(first, Enter().Evicted);
        Assert.Same(second, Enter().Evicted);
    }

    [Fact]
    public void Who_is_being_served_or_was_a_moment_ago_keeps_its_place()
    {
        var (serving, _) = Enter();
        var (used, _) = Enter();
        Assert.True(serving.TryServe());
        Use(used, isKnown: true);
        var (late, evicted) = Enter();
        Assert.Null(evicted);
        Assert.True(late.IsExcess);
        Assert.False(used.IsExcess);
    }

    [Fact]
    public void Who_has_shown_a_key_makes_room_after_a_rest_and_after_those_who_have_not()
    {
        var (known, _) = Enter();
        Use(known, isKnown: true);
        time.Advance(ConnectionPlaces.Rested);
        var (stranger, _) = Enter();
        Assert.Same(stranger, Enter().Evicted);
        var (late, _) = Enter();
        Assert.False(late.IsExcess);
        Assert.True(late.TryServe());
        Assert.Same(known, Enter().Evicted);
        Assert.False(known.TryServe());
    }

    [Fact]
    public void An_answer_that_is_on_its_way_is_not_cut()
    {
        var (refused, _) = Enter();
        var (other, _) = Enter();
        Assert.True(other.TryServe());
        Use(refused, isKnown: false);
        Assert.Null(Enter().Evicted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Same(refused, Enter().Evicted);
    }

    [Fact]
    public void Who_takes_the_place_of_an_excess_one_is_excess_too()
    {
        Assert.True(Enter().Connection.TryServe());
        Assert.True(Enter().Connection.TryServe());
        var (silent, _) = Enter();
        for (var i = 0; i < ConnectionPlaces.Spare * 2; i++)
        {
            var (next, evicted) = Enter();
            Assert.Same(silent, evicted);
            Assert.True(next.IsExcess);
            silent = next;
        }
    }

    [Fact]
    public void Who_has_shown_no_key_is_in_the_way_while_no_place_is_free()
    {
        var (stranger, _) = Enter();
        Assert.False(stranger.IsInTheWay);
        var (known, _) = Enter();
        Use(known, isKnown: true);
        Assert.True(stranger.IsInTheWay);
        Assert.False(known.IsInTheWay);
    }

    [Fact]
    public async Task Nothing_more_is_accepted_while_too_many_are_being_closed()
    {
        List<ClientConnection> all = [];
        while (places.RoomAsync().IsCompleted)
            all.Add(Enter().Connection);
        Assert.Equal(2 + ConnectionPlaces.Spare, all.Count);
        var room = places.RoomAsync();
        Assert.False(room.IsCompleted);
        await all[0].DisposeAsync();
        await room.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(places.RoomAsync().IsCompleted);
    }

    [Fact]
    public async Task A_web_socket_frees_its_place_once()
    {
        var (attached, _) = Enter();
        var (busy, _) = Enter();
        Assert.True(busy.TryServe());
        Assert.True(attached.TryServe());
        attached.Attach();
        attached.Rest(isKnown: true);
        Assert.False(Enter().Connection.IsExcess);
        Assert.True(Enter().Evicted is { } silent && silent != attached && silent != busy);
        await attached.DisposeAsync();
        var rest = 0;
        while (places.RoomAsync().IsCompleted)
        {
            Enter();
            rest++;
        }

        Assert.Equal(2 + ConnectionPlaces.Spare - 3, rest);
    }

    private static void Use(ClientConnection connection, bool isKnown)
    {
        Assert.True(connection.TryServe());
        connection.Rest(isKnown);
    }

    private (ClientConnection Connection, ClientConnection? Evicted) Enter()
    {
        var connection = new ClientConnection(new DefaultConnectionContext(), places, time);
        return (connection, places.Enter(connection));
    }
}
