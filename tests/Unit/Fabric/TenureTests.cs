using Steelyard.Fabric;
using static Steelyard.Tests.Unit.Fabric.Views;

namespace Steelyard.Tests.Unit.Fabric;

public sealed class TenureTests
{
    private readonly Tenure tenure = new("a", 1, Options);

    [Fact]
    public void A_node_that_joins_serves_nothing()
    {
        Assert.True(tenure.Observe(Table("a1+ b1"), At(0), At(1)));
        Assert.False(tenure.MayServe(At(1)));
        Assert.Equal(TenureState.Waiting, tenure.State);
        Assert.Null(tenure.Record);
    }

    [Fact]
    public void A_renewal_counts_from_the_moment_of_the_question()
    {
        Read("a1 b1", sent: 5, now: 7);
        Assert.Equal(At(5), tenure.Record);
        Assert.True(tenure.MayServe(At(14.9)));
        Assert.False(tenure.MayServe(At(15)));
        Assert.Equal(TenureState.Over, tenure.State);
    }

    [Fact]
    public void What_is_over_stays_over()
    {
        Read("a1 b1", sent: 0, now: 0);
        Read("a1 b1", sent: 9, now: 11); // The answer came too late.
        Assert.Equal(TenureState.Over, tenure.State);
        Assert.Null(tenure.Record);
        Assert.Null(tenure.Ask(At(11)));
        Read("a1 b1", sent: 12, now: 12);
        Assert.False(tenure.MayServe(At(12)));
    }

    [Theory]
    [InlineData("a1- b1")]
    [InlineData("a1 a2+ b1")]
    [InlineData("a1- a2 b1")]
    public void A_dead_row_or_a_successor_ends_it_at_once(string rows)
    {
        Read("a1 b1", sent: 0, now: 0);
        Assert.True(tenure.Observe(Table(rows), At(1), At(1)));
        Assert.False(tenure.MayServe(At(1)));
    }

    [Fact]
    public void A_missing_row_is_no_renewal_and_no_end()
    {
        Read("a1 b1", sent: 0, now: 0);
        Assert.False(tenure.Observe(Table("b2"), At(5), At(5)));
        Assert.Equal(At(0), tenure.Record);
        Assert.True(tenure.MayServe(At(9.9)));
        Assert.False(tenure.MayServe(At(10)));
    }

    [Theory]
    [InlineData("a1", 0)]
    [InlineData("a1 b1", 1)]
    [InlineData("a1 b1 c1", 1)]
    [InlineData("a1 b1 c1 d1", 2)]
    [InlineData("a1 b1 c1 d1 e1 f1- g1+", 2)]
    public void The_word_of_half_the_others_renews_while_the_table_is_away(string rows, int needed)
    {
        Read(rows, sent: 0, now: 0);
        var round = tenure.Ask(At(5))!;
        foreach (var other in round.Others.Keys.Order().Take(needed))
        {
            Assert.Equal(At(0), tenure.Record);
            tenure.Hear(round, other, Ack.Blind, At(6));
            tenure.Hear(round, other, Ack.Blind, At(6)); // Heard twice, counted once.
        }

        Assert.Equal(At(5), tenure.Record);
    }

    [Fact]
    public void The_word_of_strangers_does_not_count()
    {
        Read("a1 b1 c1-", sent: 0, now: 0);
        var round = tenure.Ask(At(5))!;
        tenure.Hear(round, "c", Ack.Blind, At(5));
        tenure.Hear(round, "x", Ack.Refused, At(5));
        Assert.Equal(At(0), tenure.Record);
    }

    [Fact]
    public void The_word_of_others_does_not_stand_in_for_the_table_for_ever()
    {
        var alone = new Tenure("a", 1, Options with { Hold = At(1000) });
        alone.Observe(Table("a1"), At(0), At(0));
        Assert.NotNull(alone.Ask(At(599)));
        Assert.Null(alone.Ask(At(600)));
        Assert.Equal(At(599), alone.Record);
    }

    [Fact]
    public void One_refusal_ends_it()
    {
        Read("a1 b1 c1", sent: 0, now: 0);
        var round = tenure.Ask(At(5))!;
        tenure.Hear(round, "b", Ack.Refused, At(5));
        tenure.Hear(round, "c", Ack.Blind, At(5));
        Assert.False(tenure.MayServe(At(5)));
    }

    [Fact]
    public void A_confirmation_is_a_look_at_the_table_of_its_age()
    {
        Read("a1 b1 c1 d1 e1", sent: 0, now: 0);
        var round = tenure.Ask(At(9))!;
        tenure.Hear(round, "b", new(false, At(5), Table("a1 b1").Members), At(9));
        Assert.InRange(tenure.Record!.Value, At(3.8), At(4));
        Assert.Equal(["b"], tenure.Ask(At(9.5))!.Others.Keys); // Whom it counts from now on.
    }

    [Theory]
    [InlineData(9.9, true)]
    [InlineData(10, false)]
    [InlineData(-1, false)]
    public void A_successor_takes_over_only_in_time(double seconds, bool may) =>
        Assert.Equal(may, Tenure.MayAdopt(At(100), At(100 + seconds), Options));

    [Theory]
    [InlineData(4)]
    [InlineData(20)]
    [InlineData(60)]
    public void The_hold_is_half_of_any_grace(double grace) =>
        Assert.Equal((At(grace), At(grace / 2)), (TenureOptions.For(At(grace)).Grace, TenureOptions.For(At(grace)).Hold));

    [Fact]
    public void What_it_rests_on_is_told_and_never_followed_by_an_older_view()
    {
        Assert.Null(tenure.Basis);
        Read("a1", sent: 0, now: 0);
        Assert.Equal(["a"], tenure.Basis!.Members.Keys);
        Read("a1 b1", sent: 5, now: 8);
        Assert.Equal(["a", "b"], tenure.Basis!.Members.Keys);

        // The view behind this answer can be of any time since 5.9: it may lack b.
        var round = tenure.Ask(At(9))!;
        tenure.Hear(round, "b", new(false, At(3), Table("a1").Members), At(9));
        Assert.Equal(["b"], tenure.Ask(At(9))!.Others.Keys);
        tenure.Hear(round, "b", new(false, At(0.5), Table("a1 b1 c1").Members), At(9));
        Assert.Equal(["b", "c"], tenure.Ask(At(9))!.Others.Keys.Order());
        Assert.Equal(["a", "b"], tenure.Basis!.Members.Keys); // Only what it has read itself.
    }

    private void Read(string rows, double sent, double now) => Assert.True(tenure.Observe(Table(rows), At(sent), At(now)));
}
