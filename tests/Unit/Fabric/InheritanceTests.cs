using Steelyard.Fabric.Membership;
using static Steelyard.Tests.Unit.Fabric.Views;

namespace Steelyard.Tests.Unit.Fabric;

public sealed class InheritanceTests
{
    private readonly List<string> done = [];

    [Theory]
    [InlineData(109.9, true)]
    [InlineData(110, false)]
    public void The_next_incarnation_takes_over_only_in_time(double active, bool may)
    {
        var inheritance = After(100);
        Assert.Equal(may, inheritance.Succeed(At(active - 1), At(active)));
        Assert.Equal(
            may ? [$"written {active - 1:0.#}"] : ["erased", "cut off", "left ended", $"written {active - 1:0.#}"],
            done);
    }

    [Fact]
    public void Nothing_that_was_written_means_that_nothing_is_taken_over()
    {
        Assert.False(After(null).Succeed(At(1), At(1)));
        Assert.Equal(["left ended", "written 1"], done);
    }

    [Fact]
    public void What_is_too_late_is_erased_and_ended_once()
    {
        var inheritance = After(100);
        inheritance.GiveUpIfLate(At(109));
        Assert.Empty(done);
        inheritance.GiveUpIfLate(At(110));
        inheritance.GiveUpIfLate(At(111));
        Assert.Equal(["erased", "cut off"], done);
    }

    [Fact]
    public void What_was_created_after_the_end_ends_before_the_node_serves_again()
    {
        var inheritance = After(100);
        inheritance.GiveUpIfLate(At(110));
        done.Clear();
        Assert.False(inheritance.Succeed(At(111), At(111)));
        Assert.Equal(["left ended", "written 111"], done);
    }

    [Fact]
    public void Only_later_renewals_are_written()
    {
        var inheritance = After(100);
        inheritance.Renewed(At(100));
        inheritance.Renewed(At(99));
        inheritance.Renewed(At(101));
        Assert.Equal(["written 101"], done);
    }

    [Fact]
    public void Numbers_only_grow()
    {
        var clock = 50;
        var generations = new Generations(() => clock);
        Assert.Equal(50, generations.Next(0));
        Assert.Equal(51, generations.Next(0)); // The table was emptied, or the first attempt has failed.
        clock = 40;
        Assert.Equal(61, generations.Next(60));
        Assert.Equal(62, generations.Next(0));
        clock = 70;
        Assert.Equal(70, generations.Next(62));
    }

    private Inheritance After(double? record) => new(Options, new(null!, null!, null!, null!, _ => done.Add("cut off"))
    {
        Record = () => record is { } at ? At(at) : null,
        Write = at => done.Add(at is { } renewed ? $"written {renewed.TotalSeconds:0.#}" : "erased"),
        EndLeft = () => done.Add("left ended"),
    });
}
