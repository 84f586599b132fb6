using Steelyard.Fabric;

namespace Steelyard.Tests.Simulation.Cluster;

/// <summary>What all in a simulated cluster share, and what its clients have been told.</summary>
internal sealed class ClusterWorld
{
    private readonly List<SimulatedHost> hosts = [];
    private readonly List<SimulatedHost> owners = [];  // By session.
    private readonly Dictionary<int, TimeSpan> gone = []; // When a client was first told 404.

    public ClusterWorld(int seed)
    {
        World = new(seed);
        Network = new(World, new(World));

        // Often with no more room than the rule needs, so that small errors show.
        Options = new(
            TimeSpan.FromSeconds(20),
            TimeSpan.FromSeconds(World.Happens(0.4) ? 10 : 19.6),
            TimeSpan.FromSeconds(World.Random.Next(6) switch { 0 => 600, 1 or 2 => 120, _ => 40 }));
    }

    public World World { get; }

    public SimulatedNetwork Network { get; }

    public SimulatedTable Table { get; } = new();

    public TenureOptions Options { get; }

    public IReadOnlyList<SimulatedHost> Hosts => hosts;

    public int Sessions => owners.Count;

    public TimeSpan Now => TimeSpan.FromTicks(World.Clock.Now);

    /// <summary>Whether nodes must keep their tenure, whatever the weather.</summary>
    public bool MustAllHold { get; set; }

    public SimulatedHost Add()
    {
        hosts.Add(new(this, $"n{hosts.Count + 1}"));
        return hosts[^1];
    }

    public SimulatedHost Host(string name) => hosts.Find(host => host.Name == name)!;

    public SimulatedHost Owner(int session) => owners[session];

    public int Create(SimulatedHost owner)
    {
        owners.Add(owner);
        owner.Note($"creates session {owners.Count - 1}");
        return owners.Count - 1;
    }

    /// <summary>A node sends something to the table.</summary>
    public void AtTable(SimulatedHost from, Action<SimulatedTable> action) => Network.Send(from.Name, SimulatedTable.Name, () =>
    {
        if (!Table.IsDown)
            action(Table);
    });

    /// <summary>A node asks the table something and waits for the answer, but not for long.</summary>
    public void AtTable<T>(SimulatedHost from, Func<SimulatedTable, T> ask, Action<T> answered, Action failed)
    {
        var (process, isDone) = (from.Member!, false);
        AtTable(from, table =>
        {
            var answer = ask(table);
            Network.Send(SimulatedTable.Name, from.Name, () => from.Run(process, () => End(() => answered(answer))));
        });
        from.After(process, 1, () => End(failed));

        void End(Action how)
        {
            if (isDone)
                return;
            isDone = true;
            how();
        }
    }

    /// <summary>A node calls another, whichever process of it runs.</summary>
    public void Call(SimulatedHost from, SimulatedHost to, Action<SimulatedMember> action) => Network.Send(from.Name, to.Name, () =>
    {
        if (to.Member is { } member)
            to.Run(member, () => action(member));
    });

    /// <summary>A client asks a node about a session.</summary>
    /// <param name="session">The session.</param>
    /// <param name="host">The node.</param>
    /// <param name="told">Called with the status; not at all if the node never answers.</param>
    public void Ask(int session, SimulatedHost host, Action<int>? told = null)
    {
        var begun = Now;
        Network.Send("client", host.Name, () =>
        {
            if (host.Member is { } member)
                host.Run(member, () => member.Handle(session, status => Network.Send(host.Name, "client", () =>
                {
                    Hear(session, host, status, begun);
                    told?.Invoke(status);
                })));
        });
    }

    /// <summary>Checks that the owner has given up a session which another node is about to call gone.</summary>
    public void CheckGone(int session, SimulatedHost host) => World.Check(
        Owner(session).Member?.MayServe(session) != true,
        $"I3: {host.Name} answers 404 for {session} of {Owner(session).Name}, which still holds it");

    /// <summary>
    /// Checks that a node which gives up has had a reason. Being declared dead once is none, and neither is an emptied table: it can be a
    /// member again in time.
    /// </summary>
    public void CheckEnd(SimulatedHost host)
    {
        World.Check(!MustAllHold, $"{host.Name} gave up, though all nodes could reach each other");
        var since = Now - Options.Hold - TimeSpan.FromSeconds(3);
        var isWell = host.WellSince < since && host.Troubles.Count(at => at > since) < 2;
        World.Check(!isWell, $"{host.Name} gave up, though nothing was wrong with it");
    }

    /// <summary>Somebody declares a node dead, rightly or not.</summary>
    public void Accuse(SimulatedHost host, long incarnation)
    {
        if (Table.Kill(host.Name, incarnation))
            host.Troubles.Add(Now);
    }

    /// <summary>All rows leave the table.</summary>
    public void Wipe()
    {
        Table.Wipe();
        hosts.ForEach(host => host.Troubles.Add(Now));
    }

    // I3: a request that begins after a client was told 404 is never answered 200.
    private void Hear(int session, SimulatedHost host, int status, TimeSpan begun)
    {
        if (status == 404 && gone.TryAdd(session, Now))
        {
            World.Note($"a client is told by {host.Name} that {session} of {Owner(session).Name} is gone");
            foreach (var other in hosts)
                Ask(session, other);
        }

        World.Check(
            status != 200 || !gone.TryGetValue(session, out var at) || begun <= at,
            $"I3: {host.Name} answered 200 for {session} of {Owner(session).Name} to a request that began after a 404");
    }
}
