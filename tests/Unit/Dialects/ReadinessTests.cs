using Steelyard.Dialects.Operator;
using Steelyard.Pool;

namespace Steelyard.Tests.Unit.Dialects;

public sealed class ReadinessTests
{
    private static readonly PoolStatus Good = new(1, 0, 0, 0, 0, 2, 4, 0, 10, null, 0);

    private static readonly PoolStatus Failing = Good with { Ready = 0, LastExit = "exit 3", StartFailures = 4, AreStartsFailing = true };

    private static readonly PoolStatus Busy =
        Good with { Ready = 0, Leased = 4, Slots = 4, Queued = 2, OldestWait = TimeSpan.FromSeconds(9) };

    private static readonly Dictionary<string, NodeState> States = new()
    {
        ["none"] = new(Good, 4, false),
        ["shutdown"] = new(Good, 4, true),
        ["no_worker"] = new(Good with { Ready = 0, Starting = 1 }, 4, false),
        ["starts_fail"] = new(Failing, 4, false),
        ["queue_full"] = new(Good with { Queued = 10 }, 4, false),
        ["busy"] = new(Busy, 4, false),
        ["history_lost"] = new(Good, 4, false) { HistoryLost = 3, HistoryTrouble = "the disk is full" },
        ["recordings_lost"] = new(Good, 4, false) { RecordingTrouble = "the disk is full" },
    };

    [Theory]
    [InlineData("none", false)]
    [InlineData("shutdown", true)]
    [InlineData("no_worker", true)]
    [InlineData("starts_fail", true)]
    [InlineData("queue_full", true)]
    [InlineData("busy", false)]
    [InlineData("history_lost", false)]
    [InlineData("recordings_lost", false)]
    public void Each_problem_has_a_remedy(string code, bool isFatal)
    {
        var problems = Readiness.Problems(States[code]);
        Assert.Equal(code == "none" ? [] : [code], problems.Select(problem => problem.Code));
        Assert.All(problems, problem => Assert.NotEmpty(problem.Remedy));
        Assert.All(problems, problem => Assert.Equal(isFatal, problem.IsFatal));
    }

    [Fact]
    public void A_full_node_says_how_long_creates_wait_and_whether_its_sessions_are_used()
    {
        var problem = Readiness.Problems(new(Busy, 4, false) { IdleSessions = 3 }).Single();
        Assert.Contains("2 creates wait, the first for 9 s. 3 of 4 sessions have been idle", problem.What, StringComparison.Ordinal);
        Assert.StartsWith("Release the sessions that nobody uses", problem.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Workers_that_fail_are_quoted_to_those_who_may_see_it()
    {
        Assert.Contains(
            "cannot read /license",
            Readiness.Problems(new(Failing, 4, false) { LastWords = "cannot read /license" }).Single().What,
            StringComparison.Ordinal);
        Assert.EndsWith("ended with: exit 3.", Readiness.Problems(new(Failing, 4, false)).Single().What.Trim(), StringComparison.Ordinal);
    }
}
