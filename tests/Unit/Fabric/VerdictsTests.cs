using Steelyard.Fabric;
using static Steelyard.Tests.Unit.Fabric.Views;

namespace Steelyard.Tests.Unit.Fabric;

public sealed class VerdictsTests
{
    private readonly Verdicts verdicts = new("b", Options);

    [Theory]
    [InlineData("a1 b1", Verdict.Here)]
    [InlineData("a1+ b1", Verdict.Away)]
    [InlineData("a1- b1", Verdict.Away)]
    [InlineData("a1- a2 b1", Verdict.Here)]
    [InlineData("a1 a2+ b1", Verdict.Away)]
    [InlineData("b1", Verdict.Unknown)]
    public void The_newest_row_counts(string rows, Verdict expected)
    {
        Assert.Equal(Verdict.Unknown, verdicts.Of("a", At(0)));
        Read(rows, 1);
        Assert.Equal(expected, verdicts.Of("a", At(1)));
    }

    [Fact]
    public void A_node_of_three_that_dies_is_gone_after_the_grace()
    {
        DieAfterLongWatch("a1 b1 c1", "a1- b1 c1");
        Assert.Equal([new PromiseRequest("c", "a", 1)], verdicts.Missing());
        Promise("c", 1001);
        Assert.Empty(verdicts.Missing());
        Read("a1- b1 c1", 1019.9);
        Assert.Equal(Verdict.Away, verdicts.Of("a", At(0)));
        verdicts.Observe(Table("a1- b1 c1"), At(1019.9), At(1021)); // Sent too early.
        Assert.Equal(Verdict.Away, verdicts.Of("a", At(0)));
        Read("a1- b1 c1", 1020);
        Assert.Equal(Verdict.Gone, verdicts.Of("a", At(0)));
        Assert.Empty(verdicts.Missing());
    }

    [Fact]
    public void Gone_is_said_only_after_a_read_that_began_after_the_request()
    {
        A_node_of_three_that_dies_is_gone_after_the_grace();
        Assert.Equal(Verdict.Doubtful, verdicts.Of("a", At(1021)));
        Read("a1- b1 c1", 1022);
        Assert.Equal(Verdict.Gone, verdicts.Of("a", At(1021)));
    }

    [Fact]
    public void A_newer_incarnation_is_the_authority()
    {
        A_node_of_three_that_dies_is_gone_after_the_grace();
        Read("a1- a2+ b1 c1", 1030);
        Assert.Equal(Verdict.Away, verdicts.Of("a", At(1030)));
        Read("a1- a2- b1 c1", 1031); // It may have taken over sessions.
        Assert.Equal(Verdict.Away, verdicts.Of("a", At(1031)));
    }

    [Fact]
    public void Without_a_promise_the_long_wait_counts()
    {
        DieAfterLongWatch("a1 b1 c1", "a1- b1 c1");
        Read("a1- b1 c1", 1000 + Options.LongWait.TotalSeconds - 1);
        Assert.Equal(Verdict.Away, verdicts.Of("a", At(0)));
        Read("a1- b1 c1", 1000 + Options.LongWait.TotalSeconds);
        Assert.Equal(Verdict.Gone, verdicts.Of("a", At(0)));
    }

    [Fact]
    public void A_promise_must_be_older_than_what_was_granted_before_it()
    {
        DieAfterLongWatch("a1 b1 c1", "a1- b1 c1");
        Promise("c", 1019);
        Read("a1- b1 c1", 1029);
        Assert.Equal(Verdict.Away, verdicts.Of("a", At(0)));
        Read("a1- b1 c1", 1029.2);
        Assert.Equal(Verdict.Gone, verdicts.Of("a", At(0)));
    }

    [Theory]
    [InlineData("a1 b1 c1 d1 e1", "a1- b1 c1 d1- e1", "ce", Verdict.Gone)] // d alone does not keep a going.
    [InlineData("a1 b1 c1 d1 e1", "a1- b1 c1- d1- e1", "e", Verdict.Away)]
    [InlineData("a1 b1 c1", "a1- b1 c1-", "", Verdict.Away)]
    [InlineData("a1 b1 c1-", "a1- b1 c1-", "", Verdict.Gone)] // c was no member of what a can have seen.
    [InlineData("a1 b1 c1", "a1- b1 c1- c2", "c", Verdict.Gone)]
    public void So_few_may_be_free_that_they_are_not_enough(string before, string after, string promising, Verdict expected)
    {
        DieAfterLongWatch(before, after);
        foreach (var voter in promising)
            Promise($"{voter}", 1001);
        Read(after, 1025);
        Assert.Equal(expected, verdicts.Of("a", At(0)));
    }

    [Theory]
    [InlineData("b1", 800, Verdict.Gone)] // Seen before it was a member: all it can have seen is known.
    [InlineData("a1+ b1", 800, Verdict.Gone)]
    [InlineData("a1 b1", 800, Verdict.Away)] // It can have been alone in what it saw.
    [InlineData("a1 b1", 399, Verdict.Gone)]
    public void What_the_dead_node_can_have_seen_must_have_been_watched(string first, double at, Verdict expected)
    {
        Read(first, at);
        Read("a1 b1", 900);
        Read("a1- b1", 1000);
        Read("a1- b1", 1025);
        Assert.Equal(expected, verdicts.Of("a", At(0)));
    }

    [Fact]
    public void Another_that_knows_it_is_gone_is_believed_after_one_more_read()
    {
        Read("a1- b1 c1", 0);
        verdicts.Hear(verdicts.Missing().Single(), isGone: true, At(3));
        Read("a1- b1 c1", 2.9);
        Assert.Equal(Verdict.Away, verdicts.Of("a", At(0)));
        Read("a1- b1 c1", 3);
        Assert.Equal(Verdict.Gone, verdicts.Of("a", At(0)));
        Assert.True(verdicts.Promise("a", 1));
        Assert.False(verdicts.Promise("a", 2));
    }

    [Fact]
    public void After_the_table_was_emptied_nothing_is_certain_for_a_long_time()
    {
        A_node_of_three_that_dies_is_gone_after_the_grace();
        Read("b2 c2", 1100);
        Assert.Equal(Verdict.Unknown, verdicts.Of("a", At(0)));
        Read("", 1110);
        Read("b3 c3", 1120);
        Read("b3 c3", 1119 + Options.LongWait.TotalSeconds);
        Assert.Equal(Verdict.Unknown, verdicts.Of("a", At(0)));
        Read("b3 c3", 1120 + Options.LongWait.TotalSeconds);
        Assert.Equal(Verdict.Gone, verdicts.Of("a", At(0)));
    }

    [Fact]
    public void Rows_that_are_long_dead_may_be_cleaned_away()
    {
        Read("a1- b1", 0);
        Read("b1", 1000);
        Assert.Equal(Verdict.Gone, verdicts.Of("a", At(0)));
    }

    [Fact]
    public void Who_was_seen_dead_is_refused_for_good()
    {
        Read("a1- b1", 0);
        Read("a2 b1", 1);
        Assert.True(verdicts.Answer("a", 1, At(2)).IsRefused);
        verdicts.Promise("a", 2);
        Assert.True(verdicts.Answer("a", 2, At(2)).IsRefused);
    }

    [Fact]
    public void Who_has_a_successor_is_refused()
    {
        Read("a1 a2+ b1", 0);
        Assert.True(verdicts.Answer("a", 1, At(2)).IsRefused);
    }

    [Fact]
    public void Others_are_told_what_the_last_read_said()
    {
        Assert.Equal(Ack.Blind, verdicts.Answer("a", 1, At(0)));
        verdicts.Observe(Table("a1 b1"), At(1), At(2));
        var ack = verdicts.Answer("a", 1, At(5));
        Assert.Equal((false, At(4), 2), (ack.IsRefused, ack.Age, ack.Members!.Count));
        Read("b2", 6);
        Assert.Equal(Ack.Blind, verdicts.Answer("a", 1, At(7)));
    }

    [Theory]
    [InlineData("a1 b1 c1 d1-", 1, Verdict.Gone)]
    [InlineData("a1 d1-", 1, Verdict.Away)] // It can have been alone in what it saw.
    [InlineData("a1 b1 c1 d1", 1, Verdict.Away)] // Who was in it can have helped.
    [InlineData("a1 b1 c1", 1, Verdict.Away)]    // So can who has come and gone since.
    [InlineData("a1- b1 c1 d1-", 1, Verdict.Away)] // No tenure can rest on it.
    [InlineData("a2 b1 c1 d1-", 2, Verdict.Away)]
    public void What_the_dead_node_has_told_need_not_have_been_watched(string basis, long incarnation, Verdict expected)
    {
        Read("a1 b1 c1 d1-", 0);
        Assert.Equal([("a", 1L), ("c", 1L)], verdicts.Untold());
        verdicts.Hear("a", incarnation, Table(basis));
        Read("a1- b1 c1 d1-", 10);
        Promise("c", 11);
        Read("a1- b1 c1 d1-", 31);
        Assert.Equal(expected, verdicts.Of("a", At(0)));
    }

    [Fact]
    public void A_node_is_asked_what_its_tenure_rests_on_until_it_tells_what_is_in_the_table_now()
    {
        Read("a1 b1", 0);
        verdicts.Hear("a", 1, Table("a1"));
        Assert.Equal([("a", 1L)], verdicts.Untold());
        verdicts.Hear("a", 1, Table("a1 b1"));
        Assert.Empty(verdicts.Untold());
        Read("a1 b1 c1", 1);
        Assert.Equal([("a", 1L)], verdicts.Untold()); // The newcomer is watched from its first row on.
    }

    private void DieAfterLongWatch(string before, string after)
    {
        Read(before, 0);
        Read(before, 999);
        Read(after, 1000);
    }

    private void Promise(string voter, double at) => verdicts.Hear(new(voter, "a", 1), isGone: false, At(at));

    private void Read(string rows, double at) => verdicts.Observe(Table(rows), At(at), At(at));
}
