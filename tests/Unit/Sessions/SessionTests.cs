using Microsoft.Extensions.Time.Testing;
using Steelyard.Sessions;

namespace Steelyard.Tests.Unit.Sessions;

public sealed class SessionTests
{
    private static readonly Placement Here = new(new(null!, null!), [1]);
    private readonly FakeTimeProvider time = new(new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));

    [Fact]
    public void It_is_found_until_just_before_sixty_seconds_and_not_from_then_on()
    {
        var session = Make();
        Pass(59.9);
        Assert.False(session.IsOver());
        Pass(0.1);
        Assert.True(session.IsOver());
        Assert.Null(session.TryBegin());
    }

    [Fact]
    public void A_request_at_59_9_seconds_gives_it_another_sixty()
    {
        var session = Make();
        Pass(59.9);
        Use(session);
        Pass(59.9);
        Use(session);
        Pass(60);
        Assert.Null(session.TryBegin());
    }

    [Fact]
    public void Time_that_is_over_is_not_given_back_by_a_refused_request()
    {
        var session = Make();
        Pass(60);
        Assert.Null(session.TryBegin());
        Assert.Null(session.TryBegin());
        Assert.True(session.IsOver());
        Assert.Null(session.EndReason);
        Assert.True(session.TryEnd(new(EndReason.Expired), out var last));
        Assert.Same(Here, last);
    }

    [Fact]
    public void Looking_at_it_is_no_activity()
    {
        var session = Make();
        Pass(30);
        Assert.False(session.IsOver());
        Assert.Equal(TimeSpan.FromSeconds(30), session.View().Remaining);
        Pass(30);
        Assert.True(session.IsOver());
    }

    [Fact]
    public void An_open_activity_holds_it_and_idle_time_runs_from_its_end()
    {
        var session = Make();
        var activity = session.TryBegin();
        Assert.NotNull(activity);
        Pass(1000);
        Assert.False(session.IsOver());
        activity.Dispose();
        Pass(59.9);
        Assert.False(session.IsOver());
        Pass(0.1);
        Assert.True(session.IsOver());
    }

    [Fact]
    public void Idle_time_runs_from_the_end_of_the_last_of_several()
    {
        var session = Make();
        var first = session.TryBegin();
        Assert.NotNull(first);
        var second = session.TryBegin();
        Assert.NotNull(second);
        Pass(10);
        second.Dispose();
        Pass(100);
        Assert.False(session.IsOver());
        first.Dispose();
        Pass(59.9);
        Assert.False(session.IsOver());
        Pass(0.1);
        Assert.True(session.IsOver());
    }

    [Fact]
    public void Its_greatest_age_ends_it_even_while_something_is_open()
    {
        var session = Make(maxAge: 100);
        Assert.NotNull(session.TryBegin());
        Pass(99.9);
        Assert.False(session.IsOver());
        Pass(0.1);
        Assert.True(session.IsOver());
        Assert.Null(session.TryBegin());
    }

    [Fact]
    public void Its_view_tells_idle_and_remaining_time()
    {
        var session = Make();
        Pass(12.5);
        var view = session.View() with { Worker = null };
        Assert.Equal(
            new(
                session.Id,
                new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero),
                TimeSpan.FromSeconds(12.5),
                TimeSpan.FromSeconds(12.5),
                TimeSpan.FromSeconds(47.5),
                null,
                0,
                null,
                session.Request.Metadata),
            view);
        Assert.NotNull(session.TryBegin());
        Pass(5);
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromSeconds(60)), (session.View().Idle, session.View().Remaining));
    }

    [Theory]
    [InlineData(EndReason.Deleted, "deleted")]
    [InlineData(EndReason.Expired, "expired")]
    [InlineData(EndReason.WorkerLost, "worker_lost")]
    [InlineData(EndReason.Drained, "drained")]
    public void Once_ended_it_stays_so_and_says_why(EndReason reason, string name)
    {
        var session = Make();
        Assert.True(session.TryEnd(new(reason), out _));
        Assert.Equal(reason, session.EndReason);
        Assert.Equal(name, session.EndReason!.Value.Name());
        Assert.False(session.TryEnd(new(EndReason.Drained), out _));
        Assert.Equal(reason, session.EndReason);
        Assert.Null(session.TryBegin());
        Assert.False(session.IsOver());
        Assert.False(session.IsOn(Here));
    }

    [Fact]
    public void Every_reason_has_a_name_of_its_own()
    {
        var names = Enum.GetValues<EndReason>().Select(reason => reason.Name()).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.Throws<ArgumentOutOfRangeException>(() => ((EndReason)99).Name());
    }

    [Fact]
    public void Its_end_is_announced_once_and_never_before()
    {
        var session = Make();
        var announced = 0;
        using var registration = session.Ended.Register(() => announced++);
        Assert.Equal(0, announced);
        session.TryEnd(new(EndReason.Deleted), out _);
        session.TryEnd(new(EndReason.Expired), out _);
        Assert.Equal(1, announced);
    }

    [Fact]
    public void What_listens_to_its_end_may_ask_it_why()
    {
        var session = Make();
        EndReason? seen = null;
        using var registration = session.Ended.Register(() => seen = session.EndReason);
        session.TryEnd(new(EndReason.WorkerLost), out _);
        Assert.Equal(EndReason.WorkerLost, seen);
    }

    [Fact]
    public void An_activity_may_end_after_the_session()
    {
        var session = Make();
        var activity = session.TryBegin();
        Assert.NotNull(activity);
        session.TryEnd(new(EndReason.Deleted), out _);
        activity.Dispose();
        Assert.Null(session.TryBegin());
    }

    [Fact]
    public async Task Of_many_who_end_it_at_once_exactly_one_wins()
    {
        for (var round = 0; round < 50; round++)
        {
            var session = Make();
            var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var ends = Enumerable.Range(0, 64).Select(async i =>
            {
                await start.Task;
                var reason = (EndReason)(i % 4);
                return (Won: session.TryEnd(new(reason), out var last), Reason: reason, Last: last);
            }).ToList();
            start.SetResult();
            var winner = Assert.Single(await Until.DoneAsync(Task.WhenAll(ends)), end => end.Won);
            Assert.Equal(winner.Reason, session.EndReason);
            Assert.Same(Here, winner.Last);
        }
    }

    private static void Use(Session session)
    {
        var activity = session.TryBegin();
        Assert.NotNull(activity);
        activity.Dispose();
    }

    private void Pass(double seconds) => time.Advance(TimeSpan.FromSeconds(seconds));

    private Session Make(double? maxAge = null) => new(
        new(Guid.NewGuid()),
        Here,
        new(default, new(TimeSpan.FromSeconds(60), maxAge is { } age ? TimeSpan.FromSeconds(age) : null)),
        new(null),
        time);
}
