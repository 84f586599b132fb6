using Steelyard.Fabric;

namespace Steelyard.Tests.Simulation.Cluster;

/// <summary>One run: nodes with the real rule, under faults, clients that ask all nodes about all sessions, a calm at the end.</summary>
internal sealed class ClusterSimulation
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ClusterWorld cluster;
    private bool isOver;
    private long events;

    private ClusterSimulation(int seed) => cluster = new(seed);

    private World World => cluster.World;

    /// <summary>Runs a seed. Returns the world, which holds the outcome, and the number of events.</summary>
    public static (World World, long Events) Run(int seed)
    {
        var simulation = new ClusterSimulation(seed);
        simulation.Prepare();
        while (!simulation.isOver && simulation.World.Violation is null && simulation.World.Clock.FireNext())
            simulation.events++;
        return (simulation.World, simulation.events);
    }

    private void Prepare()
    {
        var kind = World.Random.Next(12);
        var nodes = kind == 0 ? 3 : World.Random.Next(2, 6);
        World.Note($"seed {World.Seed}: {nodes} nodes, {cluster.Options.MaxOutage.TotalSeconds} s without a table at most");
        for (var node = 0; node < nodes; node++)
            After(World.Happens(0.5) ? default : 10 * Second * World.Random.NextDouble(), cluster.Add().Start);
        After(default, ClientAsks);
        After(default, WatchHosts);
        switch (kind)
        {
            case 0:
                After(cluster.Options.MaxOutage + (20 * Second), KillOne);
                break;
            case 1:
                After(20 * Second, TakeTableAway);
                break;
            default:
                var storm = new ClusterWeather(cluster);
                After(
                    (World.Happens(0.5) ? 15 * Second : cluster.Options.MaxOutage) + (10 * Second * World.Random.NextDouble()),
                    storm.Begin);
                After((100 + (200 * World.Random.NextDouble())) * Second + cluster.Options.MaxOutage, () => Calm(storm.End));
                break;
        }
    }

    private void ClientAsks()
    {
        if (cluster.Sessions > 0)
        {
            // Mostly the newest ones: of those something can still be true.
            var session = World.Random.Next(World.Happens(0.8) ? Math.Max(0, cluster.Sessions - 10) : 0, cluster.Sessions);
            cluster.Ask(session, cluster.Hosts[World.Random.Next(cluster.Hosts.Count)]);
        }

        After(0.6 * Second * World.Random.NextDouble(), ClientAsks);
    }

    private void WatchHosts()
    {
        foreach (var host in cluster.Hosts)
        {
            if (!host.IsRunning || host.IsPaused || cluster.Table.IsDown || cluster.Network.Slow > 0
                || !cluster.Network.Reaches(host.Name, SimulatedTable.Name) || !cluster.Network.Reaches(SimulatedTable.Name, host.Name))
                host.WellSince = cluster.Now;
        }

        After(0.5 * Second, WatchHosts);
    }

    // The usual case: 404 everywhere within the grace and 5 s of the death in the table.
    private void KillOne()
    {
        var victim = cluster.Hosts[World.Random.Next(3)];
        var (incarnation, sessions) = (victim.Member!.Incarnation, victim.Member.Sessions.ToList());
        victim.Kill(reboot: false);
        World.Check(sessions.Count > 0, $"{victim.Name} had no sessions");
        Wait();

        void Wait()
        {
            if (cluster.Table.Status(victim.Name, incarnation) != RowStatus.Dead)
                After(0.1 * Second, Wait);
            else
                After(cluster.Options.Grace + (5 * Second), () => AskAll(sessions));
        }
    }

    // All nodes reach each other, and the table is away for less than the longest outage: nobody gives up.
    private void TakeTableAway()
    {
        cluster.MustAllHold = true;
        cluster.Table.IsDown = true;
        World.Note("the table is down");
        After((cluster.Options.MaxOutage - (5 * Second)) * World.Random.NextDouble(), () => Calm(() => cluster.Table.IsDown = false));
    }

    private void Calm(Action begin)
    {
        begin();
        After(cluster.Options.LongWait + cluster.Options.Grace + (40 * Second), () => AskAll([.. Enumerable.Range(0, cluster.Sessions)]));
    }

    // Each session must be here or gone, and all nodes must say the same.
    private void AskAll(List<int> sessions)
    {
        World.Note("every node is asked about every session");
        var answers = new Dictionary<(int Session, string Node), int>();
        var running = cluster.Hosts.Where(host => host.IsRunning).ToList();
        foreach (var (session, host) in sessions.SelectMany(session => running.Select(host => (session, host))))
            cluster.Ask(session, host, status => answers[(session, host.Name)] = status);
        After(5 * Second, () =>
        {
            foreach (var (session, host) in sessions.SelectMany(session => running.Select(host => (session, host))))
            {
                var owner = cluster.Owner(session);
                var expected = owner.Member?.Sessions.Contains(session) == true ? 200 : 404;
                var answer = answers.GetValueOrDefault((session, host.Name));
                World.Check(answer == expected, $"{host.Name} answered {answer} for {session} of {owner.Name} in the calm, not {expected}");
            }

            isOver = true;
        });
    }

    private void After(TimeSpan delay, Action action) => cluster.Network.After(delay, action);
}
