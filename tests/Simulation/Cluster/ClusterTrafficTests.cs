namespace Steelyard.Tests.Simulation.Cluster;

/// <summary>Counts what nodes say to each other, and prints it. docs/performance.md has the figures ("What a hop costs").</summary>
public sealed class ClusterTrafficTests
{
    private const int Seconds = 20;

    [Theory]
    [InlineData(10, 2_000, 0.9)]
    [InlineData(100, 20_000, 0.9)]
    [InlineData(100, 20_000, 1.0)]
    [InlineData(100, 20_000, 1.05)]
    [InlineData(200, 40_000, 0.9)]
    public void Nodes_can_afford_what_they_say(int nodes, int sessions, double load)
    {
        var traffic = new ClusterTraffic(nodes, sessions, load);
        traffic.Run(Seconds);
        double PerSecond(long count) => (double)count / Seconds;
        Console.WriteLine(
            $"{nodes} nodes, room for {sessions}, load {load}: a state has {traffic.StateBytes} bytes; " +
            $"each second {PerSecond(traffic.Exchanges):0} exchanges ({PerSecond(traffic.Exchanges) / nodes:0} by each node), " +
            $"{PerSecond(traffic.Creates):0} creates, {PerSecond(traffic.Reservations):0.0} reservations " +
            $"({PerSecond(traffic.Refused):0.0} refused), " +
            $"{PerSecond(traffic.Tickets):0.0} tickets, {PerSecond(traffic.Offers):0} offers (at most {traffic.MostOffers}); " +
            $"the line had {traffic.Longest} at most");

        Assert.Equal(2.0 * nodes * (nodes - 1), PerSecond(traffic.Exchanges));
        Assert.InRange(traffic.StateBytes, 1, 200);
        Assert.True(traffic.Refused <= 0.05 * traffic.Creates, "what nodes know of each other is too old to be of use");
        Assert.True(traffic.MostOffers <= 40 * nodes);
    }
}
