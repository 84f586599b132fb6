using Steelyard.Dialects.Operator;
using Steelyard.Pool;
using Steelyard.Settings;

namespace Steelyard.Tests.Unit.Dialects;

public sealed class ReadinessTests
{
    private static readonly PoolStatus Good = new(1, 0, 0, 0, 0, 2, 4, 0, 10, null, 0);

    public static IEnumerable<TheoryDataRow<string?, PoolStatus, bool>> Cases =>
    [
        new(null, Good, false),
        new("shutdown", Good, true),
        new("no_worker", Good with { Ready = 0, Starting = 1 }, false),
        new("queue_full", Good with { Queued = 10 }, false),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_problem_has_a_remedy(string? code, PoolStatus status, bool isClosing)
    {
        var problems = Readiness.Problems(status, isClosing, new Options());
        Assert.Equal(code is null ? [] : [code], problems.Select(problem => problem.Code));
        Assert.All(problems, problem => Assert.NotEmpty(problem.Remedy));
    }
}
