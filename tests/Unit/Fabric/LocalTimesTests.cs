using System.Net;
using Microsoft.Extensions.Time.Testing;
using Steelyard.Fabric.Membership;

namespace Steelyard.Tests.Unit.Fabric;

/// <summary>Times of nodes whose clocks are off.</summary>
public sealed class LocalTimesTests
{
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);
    private static readonly SiloAddress Node = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 7400), 1);

    private readonly FakeTimeProvider time = new();
    private readonly LocalTimes times;

    public LocalTimesTests() => times = new(time);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void A_node_whose_clock_is_off_is_alive_while_its_row_changes_and_no_longer(int direction)
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(Now, Read(Now + (direction * Skew)).IAmAliveTime);
            time.Advance(TimeSpan.FromSeconds(2));
        }

        var (last, written) = (Now, Now + (direction * Skew));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(last, Read(written).IAmAliveTime);
            time.Advance(TimeSpan.FromSeconds(7));
        }
    }

    [Fact]
    public void A_row_that_was_left_a_moment_ago_is_as_old_as_it_says()
    {
        var written = Now;
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(written, Read(written).IAmAliveTime);
    }

    [Fact]
    public void A_node_has_been_joining_since_its_row_was_seen()
    {
        var began = Now;
        Assert.Equal(began, Read(began - Skew, SiloStatus.Joining).StartTime);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(began, Read(began - Skew, SiloStatus.Joining).StartTime);
        Assert.Equal(began - Skew, Read(began - Skew).StartTime);
    }

    [Fact]
    public void A_row_that_has_left_is_forgotten()
    {
        Read(Now - Skew);
        times.Adjust(new([], new(2, "")), isWhole: true);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(Now, Read(Now - (2 * Skew)).IAmAliveTime);
    }

    private MembershipEntry Read(DateTime written, SiloStatus status = SiloStatus.Active)
    {
        var entry = new MembershipEntry { SiloAddress = Node, IAmAliveTime = written, StartTime = written, Status = status };
        return times.Adjust(new([Tuple.Create(entry, "")], new(1, "")), isWhole: true).Members[0].Item1;
    }
}
