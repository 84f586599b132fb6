using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Steelyard.Cluster;
using Steelyard.Fabric;

namespace Steelyard.Tests.Simulation.Cluster;

/// <summary>
/// What many nodes say to each other, counted without silos: states are exchanged between all pairs, creates are placed by what is known of
/// the other nodes, and wait in the line when nobody has room. States, their size on the wire and the choice of a node are the real ones;
/// the line is a count, and a call takes no time. A create comes to any node, and sessions end by chance.
/// </summary>
internal sealed class ClusterTraffic
{
    private const int StepsPerSecond = 40; // The nodes offer room so often.
    private const int StepsPerExchange = StepsPerSecond / 2;
    private const int Tries = 3;
    private const double SessionSeconds = 60;

    private readonly Random random = new(1);
    private readonly int capacity;
    private readonly double createsPerStep;
    private readonly int[] live;
    private readonly int[] waiting; // By the node that holds the client's request.
    private readonly int[] phase;
    private readonly Queue<int> line = new();
    private readonly Peer[][] known;
    private readonly Serializer<PeerState> serializer = new ServiceCollection()
        .AddSerializer(all => all.AddAssembly(typeof(PeerState).Assembly))
        .BuildServiceProvider()
        .GetRequiredService<Serializer<PeerState>>();

    /// <param name="nodes">How many.</param>
    /// <param name="sessions">How many all nodes have room for.</param>
    /// <param name="load">The load, of that room. Above one, creates wait.</param>
    public ClusterTraffic(int nodes, int sessions, double load)
    {
        capacity = sessions / nodes;
        createsPerStep = load * sessions / SessionSeconds / StepsPerSecond;
        live = [.. Enumerable.Repeat((int)(Math.Min(load, 1) * capacity), nodes)];
        waiting = new int[nodes];
        phase = [.. Enumerable.Range(0, nodes).Select(_ => random.Next(StepsPerExchange))];
        known = [.. Enumerable.Range(0, nodes).Select(i => Enumerable.Range(0, nodes).Where(j => j != i).Select(Meet).ToArray())];
        StateBytes = serializer.SerializeToArray(State(nodes - 1)).Length;
    }

    /// <summary>The size of a state as it travels, without what carries it.</summary>
    public int StateBytes { get; }

    public long Exchanges { get; private set; }

    public long Creates { get; private set; }

    /// <summary>Asked of other nodes.</summary>
    public long Reservations { get; private set; }

    /// <summary>What was known of the other node was too old.</summary>
    public long Refused { get; private set; }

    public long Tickets { get; private set; }

    public long Offers { get; private set; }

    /// <summary>In one second, by all nodes.</summary>
    public long MostOffers { get; private set; }

    public int Longest { get; private set; }

    public void Run(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            var before = Offers;
            for (var step = 0; step < StepsPerSecond; step++)
                Step(step);
            MostOffers = Math.Max(MostOffers, Offers - before);
        }
    }

    private void Step(int step)
    {
        for (var node = 0; node < live.Length; node++)
        {
            live[node] -= Chance(live[node] / SessionSeconds / StepsPerSecond);
            if (step % StepsPerExchange == phase[node])
                Exchange(node);
        }

        for (var left = Chance(createsPerStep); left > 0; left--)
            Create(random.Next(live.Length));
        for (var node = 0; node < live.Length; node++)
            if (live[node] < capacity && IsWanted(node))
                Offer(node);
    }

    private void Exchange(int node)
    {
        foreach (var peer in known[node])
            peer.Answered(State(peer.State.Number));
        Exchanges += known[node].Length;
    }

    private void Create(int node)
    {
        Creates++;
        if (!IsWanted(node))
        {
            if (TryServe(node))
                return;
            var tried = new HashSet<int>();
            while (tried.Count < Tries && Candidates.Choose(known[node], "", tried, random) is { } peer)
            {
                Reservations++;
                if (TryServe(peer.State.Number))
                    return;
                Refused++;
                tried.Add(peer.State.Number);
            }
        }

        Tickets++;
        waiting[node]++;
        line.Enqueue(node);
        Longest = Math.Max(Longest, line.Count);
    }

    private bool TryServe(int node)
    {
        if (live[node] >= capacity)
            return false;
        live[node]++;
        return true;
    }

    private void Offer(int node)
    {
        Offers++;
        while (line.Count > 0 && TryServe(node))
            waiting[line.Dequeue()]--;
    }

    // A node's own creates, or those that another one has told of.
    private bool IsWanted(int node) => waiting[node] > 0 || known[node].Any(peer => peer.State.Waiting > 0);

    private Peer Meet(int node) =>
        new(SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 10_000 + node), 1), State(node), TimeProvider.System);

    private PeerState State(int node) => new()
    {
        Name = $"node-{node}",
        Number = node,
        Region = "",
        Version = "1.0.0",
        Address = "10.100.100.100:11112",
        Idle = Math.Min(capacity - live[node], 4),
        Free = capacity - live[node],
        Leased = live[node],
        Max = capacity,
        Waiting = waiting[node],
        Sessions = live[node],
    };

    // A Poisson variable (Knuth 1969, volume 2, §3.4.1).
    private int Chance(double mean)
    {
        var (count, product, limit) = (0, random.NextDouble(), Math.Exp(-mean));
        for (; product > limit; count++)
            product *= random.NextDouble();
        return count;
    }
}
