using Steelyard.Sessions;

namespace Steelyard.Tests.Unit.Sessions;

public sealed class SessionTransitionsTests
{
    private static readonly (SessionState From, SessionState To)[] Allowed =
    [
        (SessionState.Live, SessionState.Waiting),
        (SessionState.Live, SessionState.Ended),
        (SessionState.Waiting, SessionState.Live),
        (SessionState.Waiting, SessionState.Ended),
    ];

    public static IEnumerable<TheoryDataRow<SessionState, SessionState>> All =>
        from before in Enum.GetValues<SessionState>()
        from after in Enum.GetValues<SessionState>()
        select new TheoryDataRow<SessionState, SessionState>(before, after);

    [Theory]
    [MemberData(nameof(All))]
    public void A_transition_is_allowed_exactly_when_the_table_has_it(SessionState before, SessionState after) =>
        Assert.Equal(Allowed.Contains((before, after)), SessionTransitions.Allows(before, after));
}
