using Steelyard.Dialects.Operator;
using Steelyard.Fabric;

namespace Steelyard.Tests.Unit.Dialects;

/// <summary>How long a node runs, in the list of nodes.</summary>
public sealed class NodeEntryTests
{
    private static readonly PeerState Told = new() { Name = "berlin", Uptime = TimeSpan.FromMilliseconds(90_061_260) };

    [Fact]
    public void The_uptime_is_what_the_node_told() =>
        Assert.Equal(90_061.3, NodeEntry.From(Told, isSelf: false, isReachable: true).UptimeSeconds);

    [Fact]
    public void Nobody_knows_whether_a_silent_node_still_runs() =>
        Assert.Null(NodeEntry.From(Told, isSelf: false, isReachable: false).UptimeSeconds);

    [Fact]
    public void A_node_that_does_not_tell_it_has_none() =>
        Assert.Null(NodeEntry.From(new() { Name = "older" }, isSelf: false, isReachable: true).UptimeSeconds);
}
