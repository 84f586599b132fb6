namespace Steelyard.Tests.Simulation.Cluster;

/// <summary>Carries messages between nodes, the table and clients, with delays; loses those between two that are cut apart.</summary>
internal sealed class SimulatedNetwork(World world, Life life)
{
    private readonly HashSet<(string From, string To)> cuts = [];

    /// <summary>Probability that a message takes seconds.</summary>
    public double Slow { get; set; }

    public void Cut(string from, string to) => cuts.Add((from, to));

    public void Heal(string from, string to) => cuts.Remove((from, to));

    public void HealAll() => cuts.Clear();

    public bool Reaches(string from, string to) => !cuts.Contains((from, to));

    public void Send(string from, string to, Action arrive)
    {
        if (Reaches(from, to))
            After(Delay(), arrive);
    }

    public void After(TimeSpan delay, Action action) =>
        _ = new VirtualTimer(world.Clock, life, action, delay, Timeout.InfiniteTimeSpan);

    private TimeSpan Delay() => world.Happens(Slow)
        ? TimeSpan.FromSeconds(world.Random.NextDouble() * 4)
        : TimeSpan.FromMilliseconds(1 + (30 * world.Random.NextDouble()));
}
