using Microsoft.Extensions.Time.Testing;
using Steelyard.Sessions;

namespace Steelyard.Tests.Unit.Sessions;

public sealed class SessionActivityTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void Disposed_twice_it_ends_once()
    {
        var session = Make(TimeSpan.FromSeconds(60));
        var first = session.TryBegin()!;
        using var second = session.TryBegin();
        first.Dispose();
        first.Dispose();
        time.Advance(TimeSpan.FromSeconds(100));
        Assert.False(session.IsOver()); // The second is open.
    }

    [Fact]
    public void That_of_a_create_holds_a_session_whose_time_is_shorter_than_its_create()
    {
        var session = Make(TimeSpan.FromMilliseconds(1));
        time.Advance(TimeSpan.FromMilliseconds(5));
        Assert.Null(session.TryBegin());
        using (session.Begin())
            Assert.False(session.IsOver());
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(session.IsOver());
    }

    private Session Make(TimeSpan ttl) =>
        new(new(Guid.NewGuid()), new(new(null!, null!), [1]), new(default, new(ttl, null)), new(null), time);
}
