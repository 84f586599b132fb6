using Steelyard.Workers;

namespace Steelyard.Tests.Unit.Workers;

public sealed class WorkerTransitionsTests
{
    private static readonly (WorkerState From, WorkerState To)[] Allowed =
    [
        (WorkerState.Starting, WorkerState.Ready),
        (WorkerState.Starting, WorkerState.Stopping),
        (WorkerState.Starting, WorkerState.Exited),
        (WorkerState.Ready, WorkerState.Leased),
        (WorkerState.Ready, WorkerState.Stopping),
        (WorkerState.Ready, WorkerState.Exited),
        (WorkerState.Leased, WorkerState.Ready),
        (WorkerState.Leased, WorkerState.Stopping),
        (WorkerState.Leased, WorkerState.Exited),
        (WorkerState.Stopping, WorkerState.Exited),
    ];

    public static IEnumerable<TheoryDataRow<WorkerState, WorkerState>> All =>
        from before in Enum.GetValues<WorkerState>()
        from after in Enum.GetValues<WorkerState>()
        select new TheoryDataRow<WorkerState, WorkerState>(before, after);

    [Theory]
    [MemberData(nameof(All))]
    public void A_transition_is_allowed_exactly_when_the_table_has_it(WorkerState before, WorkerState after) =>
        Assert.Equal(Allowed.Contains((before, after)), WorkerTransitions.Allows(before, after));

    [Theory]
    [InlineData(StopReason.Retired, true)]
    [InlineData(StopReason.Shutdown, true)]
    [InlineData(StopReason.Operator, true)]
    [InlineData(StopReason.NeverReady, false)]
    [InlineData(StopReason.Hung, false)]
    [InlineData(StopReason.Untrusted, false)]
    [InlineData(StopReason.MachineMemory, false)]
    public void Only_a_worker_in_order_is_asked_before_it_is_killed(StopReason reason, bool graceful) =>
        Assert.Equal(graceful, reason.IsGraceful());
}
