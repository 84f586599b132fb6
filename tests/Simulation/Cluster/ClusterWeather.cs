namespace Steelyard.Tests.Simulation.Cluster;

/// <summary>Faults of a run. Each seed leaves out about half of the kinds, so that the others meet in more ways.</summary>
internal sealed class ClusterWeather
{
    private readonly ClusterWorld cluster;
    private readonly (Action Act, bool IsOn)[] kinds;
    private readonly double pause;
    private int outages;

    public ClusterWeather(ClusterWorld cluster)
    {
        this.cluster = cluster;
        Action[] all =
        [
            CutFromTable, CutPair, CutPair, Isolate, Split, Split, Stop, Stop, Kill, Kill, TableDown, Wipe, Accuse, Accuse, Join,
            DieTwice, PromiseLate, Fail,
        ];
        kinds = [.. all.Select(act => (act, cluster.World.Happens(0.5)))];
        pause = 1 + (cluster.World.Random.Next(3) switch { 0 => 5, 1 => 15, _ => 40 } * cluster.World.Random.NextDouble());
        cluster.Network.Slow = new[] { 0, 0, 0.02, 0.2 }[cluster.World.Random.Next(4)];
    }

    public bool IsOver { get; private set; }

    private World World => cluster.World;

    private SimulatedHost Any => cluster.Hosts[World.Random.Next(cluster.Hosts.Count)];

    public void Begin()
    {
        if (IsOver)
            return;
        var on = kinds.Where(kind => kind.IsOn).ToList();
        if (on.Count > 0)
            on[World.Random.Next(on.Count)].Act();
        After(pause * 2 * World.Random.NextDouble(), Begin);
    }

    /// <summary>Ends all faults. Nodes that do not run stay away.</summary>
    public void End()
    {
        IsOver = true;
        World.Note("the weather is calm from now on");
        cluster.Network.HealAll();
        (cluster.Network.Slow, cluster.Table.IsDown) = (0, false);
        foreach (var host in cluster.Hosts)
            host.Resume();
    }

    private void CutFromTable() => Cut(Any.Name, SimulatedTable.Name);

    private void CutPair() => Cut(Any.Name, Any.Name);

    private void Isolate() => Isolate(Any.Name);

    private void Isolate(string host)
    {
        var time = Duration();
        Cut(host, SimulatedTable.Name, time);
        foreach (var other in cluster.Hosts)
            Cut(host, other.Name, time);
    }

    // Some lose the table and the others, but not each other.
    private void Split()
    {
        var apart = cluster.Hosts.Where(_ => World.Happens(0.5)).ToList();
        var (fromTable, fromOthers) = (Duration(), Duration());
        foreach (var host in apart)
        {
            Cut(host.Name, SimulatedTable.Name, fromTable);
            foreach (var other in cluster.Hosts.Except(apart))
                Cut(host.Name, other.Name, World.Happens(0.7) ? fromOthers : Duration());
        }
    }

    private void Cut(string one, string other, double? seconds = null)
    {
        if (one == other)
            return;
        var (time, ways) = (seconds ?? Duration(), World.Random.Next(4));
        World.Note($"{one} {(ways == 0 ? "-/>" : ways == 1 ? "</-" : "-/-")} {other} for {time:0.0} s");
        if (ways != 1)
            cluster.Network.Cut(one, other);
        if (ways != 0)
            cluster.Network.Cut(other, one);
        After(time, () =>
        {
            cluster.Network.Heal(one, other);
            cluster.Network.Heal(other, one);
        });
    }

    private void Stop()
    {
        var (host, ofOthers) = (Any, World.Happens(0.5));
        if (World.Happens(0.3))
        {
            Stop(host);
            return;
        }

        if (ofOthers)
            Cut(host.Name, SimulatedTable.Name);
        StopInQuestion(host, ofOthers, tries: 400);
    }

    // An answer that waits while the process is stopped is old when it is read.
    private void StopInQuestion(SimulatedHost host, bool ofOthers, int tries)
    {
        var asked = ofOthers ? host.Member?.LastAsk : host.Member?.LastRead;
        if (cluster.Now - asked < TimeSpan.FromMilliseconds(20))
            Stop(host);
        else if (tries > 0 && !IsOver)
            After(0.01, () => StopInQuestion(host, ofOthers, tries - 1));
    }

    private void Stop(SimulatedHost host)
    {
        if (!host.IsRunning || host.IsPaused || IsOver)
            return;
        host.Pause();
        After(Duration(), () =>
        {
            // What it then has from before is all it has.
            if (World.Happens(0.4) && !IsOver)
                Isolate(host.Name);
            host.Resume();
        });
    }

    private void Kill()
    {
        var host = Any;
        if (!host.IsRunning)
            return;
        host.Kill(reboot: World.Happens(0.1));
        if (World.Happens(0.8))
            After(World.Happens(0.7) ? 12 * World.Random.NextDouble() : Duration(), () => Restart(host));
    }

    private void Restart(SimulatedHost host)
    {
        if (!IsOver)
            host.Start();
    }

    private void TableDown()
    {
        var time = Duration();
        World.Note($"the table is down for {time:0.0} s");
        (cluster.Table.IsDown, outages) = (true, outages + 1);
        var outage = outages;
        After(time, () => cluster.Table.IsDown &= outage != outages);
    }

    private void Wipe()
    {
        if (IsOver)
            return;
        World.Note("the table is emptied");
        cluster.Wipe();
    }

    // Its silo cannot go on, for a reason of its own.
    private void Fail() => Any.Member?.Fail();

    private void Accuse()
    {
        var host = Any;
        Accuse(host);
        if (World.Happens(0.5))
            Cut(host.Name, SimulatedTable.Name);
    }

    private void Accuse(SimulatedHost host)
    {
        if (cluster.Table.IsDown || IsOver || host.Member is not { } member)
            return;
        host.Note("is declared dead, without a reason");
        cluster.Accuse(host, member.Incarnation);
    }

    // Declared dead, forgotten before it knows, and declared dead again.
    private void DieTwice()
    {
        var host = Any;
        Cut(host.Name, SimulatedTable.Name, 2);
        Accuse(host);
        After(2, Wipe);
        After(4 + (12 * World.Random.NextDouble()), () =>
        {
            if (!IsOver)
                Isolate(host.Name);
            Accuse(host);
        });
    }

    // Two that have lost the table, and one of them cannot be asked at once to refuse the other, which is declared dead.
    private void PromiseLate()
    {
        var (dead, friend) = (Any, Any.Name);
        Cut(dead.Name, SimulatedTable.Name, 40);
        Cut(friend, SimulatedTable.Name, 40);
        After(3, () =>
        {
            foreach (var other in cluster.Hosts.Where(other => other != dead && !IsOver))
                Cut(friend, other.Name, 2.4);
            Accuse(dead);
        });
        After(5.3, () =>
        {
            foreach (var other in cluster.Hosts.Where(_ => !IsOver))
                Cut(dead.Name, other.Name, 40);
        });
    }

    private void Join()
    {
        if (cluster.Hosts.Count < 5)
            cluster.Add().Start();
    }

    private double Duration() => World.Random.NextDouble() * World.Random.Next(5) switch
    {
        0 => 2,
        1 or 2 => cluster.Options.Grace.TotalSeconds,
        3 => 2 * cluster.Options.Grace.TotalSeconds,
        _ => Math.Min(3 * cluster.Options.MaxOutage.TotalSeconds, 200),
    };

    private void After(double seconds, Action action) => cluster.Network.After(TimeSpan.FromSeconds(seconds), action);
}
