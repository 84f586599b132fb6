using Steelyard.Fabric;

namespace Steelyard.Tests.Simulation.Cluster;

/// <summary>One incarnation of a process: joins, reads the table and renews its tenure until it must end. Then it does nothing.</summary>
internal sealed class SimulatedStay(
    ClusterWorld cluster,
    SimulatedHost host,
    SimulatedMember member,
    long number,
    Action<SimulatedStay, TimeSpan> begun,
    Action<string> ended)
{
    private readonly List<(Action Then, Action Otherwise)> waiters = []; // Requests that need a read which begins after them.
    private bool hasBegun;
    private bool isReading;

    public long Number => number;

    public Tenure Tenure { get; } = new(host.Name, number, cluster.Options);

    public TableView View { get; private set; } = new([]);

    public bool IsOver { get; private set; }

    private World World => cluster.World;

    public void Join() => AtTable(
        table =>
        {
            table.Insert(host.Name, number, RowStatus.Joining);
            return table.Read();
        },
        Activate);

    public void End()
    {
        IsOver = true;
        waiters.ForEach(waiter => waiter.Otherwise());
        waiters.Clear();
    }

    /// <summary>Waits for a read that begins from now on.</summary>
    public void AfterNextRead(Action then, Action otherwise)
    {
        waiters.Add((then, otherwise));
        if (!isReading)
            Read();
    }

    // A node becomes a member only when it can reach all that are alive, as the table shows. It tries for as long as that takes.
    private void Activate(TableView read)
    {
        if (!read.Members.Keys.Any(other => other != host.Name && HoldsUp(cluster.Host(other))))
        {
            AtTable(table => table.TryActivate(host.Name, number), isDone =>
            {
                if (isDone)
                    Watch();
                else
                    Fail("it was declared dead while it joined");
            });
            return;
        }

        host.WellSince = cluster.Now;
        host.After(member, 1, () => AtTable(table => table.Read(), Activate));
    }

    private bool HoldsUp(SimulatedHost other) => other is { IsRunning: true, IsPaused: false }
        && cluster.Network.Reaches(other.Name, SimulatedTable.Name)
        && !(cluster.Network.Reaches(host.Name, other.Name) && cluster.Network.Reaches(other.Name, host.Name));

    private void Watch()
    {
        if (IsOver)
            return;
        if (!isReading)
            Read();
        host.After(member, 0.5 + World.Random.NextDouble(), Watch);
    }

    private void Read()
    {
        if (IsOver)
            return;
        var sent = host.Now;
        (isReading, member.LastRead) = (true, cluster.Now);
        var early = waiters.ToList();
        waiters.Clear();
        cluster.AtTable(
            host,
            table => table.Read(),
            read => Done(() => Take(read, sent), isRead: true),
            () => Done(Ask, isRead: false));

        void Done(Action take, bool isRead)
        {
            isReading = false;
            if (!IsOver)
                take();
            early.ForEach(isRead && !IsOver ? waiter => waiter.Then() : waiter => waiter.Otherwise());
            if (waiters.Count > 0 && !isReading)
                Read(); // Some have come since this one began.
        }
    }

    private void Take(TableView read, TimeSpan sent)
    {
        View = read;
        member.Verdicts.Observe(read, sent, host.Now);
        if (!Tenure.Observe(read, sent, host.Now))
            Fail("the table does not have it any more");
        else
            GoOn();
    }

    private void GoOn()
    {
        if (IsOver || Tenure.State == TenureState.Waiting)
            return;
        if (!hasBegun && Tenure.Record is { } first)
        {
            hasBegun = true;
            begun(this, first);
        }
        else if (!Tenure.MayServe(host.Now))
        {
            Fail("others have declared it dead, or its tenure has lapsed");
        }
        else if (Tenure.Record is { } renewed)
        {
            member.Inheritance.Renewed(renewed);
        }
    }

    private void Ask()
    {
        if (Tenure.Ask(host.Now) is not { } round)
        {
            GoOn();
            return;
        }

        member.LastAsk = cluster.Now;
        GoOn();
        foreach (var (other, incarnation) in round.Others)
        {
            cluster.Call(host, cluster.Host(other), voter =>
            {
                if (!voter.Answers(incarnation))
                    return;
                var ack = voter.Verdicts.Answer(host.Name, round.Incarnation, cluster.Host(other).Now);
                cluster.Network.Send(other, host.Name, () => host.Run(member, () =>
                {
                    Tenure.Hear(round, other, ack, host.Now);
                    GoOn();
                }));
            });
        }
    }

    private void AtTable<T>(Func<SimulatedTable, T> ask, Action<T> answered) => cluster.AtTable(
        host,
        ask,
        answer =>
        {
            if (!IsOver)
                answered(answer);
        },
        () => Fail("the table cannot be reached"));

    private void Fail(string why)
    {
        if (!IsOver)
            ended(why);
    }
}
