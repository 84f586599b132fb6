using Steelyard.Fabric;
using Steelyard.Fabric.Membership;

namespace Steelyard.Tests.Simulation.Cluster;

/// <summary>
/// A process of a node. Like <see cref="OrleansFabric"/> it joins, and joins again whatever ends its stay; meanwhile the old tenure serves
/// for as long as it holds. It answers requests.
/// </summary>
internal sealed class SimulatedMember
{
    private readonly ClusterWorld cluster;
    private readonly SimulatedHost host;
    private readonly HashSet<int> sessions = [];
    private readonly SimulatedProbes probes;
    private readonly Generations generations;
    private SimulatedStay? current; // Whose tenure serves.
    private SimulatedStay? silo;    // Which can be called: the next one, or none.
    private bool isCreating;
    private bool isStarted; // It is known which sessions there are, and clients can call it.

    public SimulatedMember(ClusterWorld cluster, SimulatedHost host)
    {
        (this.cluster, this.host) = (cluster, host);
        generations = new(() => host.Generation << 16);
        Verdicts = new(host.Name, cluster.Options);
        probes = new(cluster, host);
        Inheritance = new(cluster.Options, new(null!, null!, null!, null!, CutOff)
        {
            Record = () => host.Record,
            Write = Write,
            EndLeft = EndAll,
        });
    }

    /// <summary>When it last began to read the table.</summary>
    public TimeSpan LastRead { get; set; }

    /// <summary>When it last asked others for their word.</summary>
    public TimeSpan LastAsk { get; set; }

    public Verdicts Verdicts { get; }

    public Inheritance Inheritance { get; }

    public long Incarnation => silo?.Number ?? current?.Number ?? 0;

    public IEnumerable<int> Sessions => sessions;

    private World World => cluster.World;

    private bool HoldsTenure => isStarted && current?.Tenure.MayServe(host.Now) == true;

    public void Begin()
    {
        Join();
        Work();
        Hurry();
    }

    public bool MayServe(int session) => sessions.Contains(session) && HoldsTenure;

    /// <summary>Whether a call to an incarnation arrives.</summary>
    public bool Answers(long incarnation) => silo?.Number == incarnation;

    /// <summary>Its silo cannot go on.</summary>
    public void Fail()
    {
        if (current is null || silo != current)
            return;
        host.Troubles.Add(cluster.Now);
        Rejoin("its silo has failed");
    }

    /// <summary>Answers a client: 200, 404 or 503.</summary>
    public void Handle(int session, Action<int> reply)
    {
        var (asked, owner) = (host.Now, cluster.Owner(session));
        if (!isStarted)
            reply(503);
        else if (owner == host)
            AnswerOwn(session, reply);
        else
            AnswerForeign(session, owner, asked, reply, mayRead: true);
    }

    private void AnswerForeign(int session, SimulatedHost owner, TimeSpan asked, Action<int> reply, bool mayRead)
    {
        switch (Verdicts.Of(owner.Name, asked))
        {
            case Verdict.Here:
                cluster.Call(host, owner, member => member.AnswerOwn(session, status =>
                    cluster.Network.Send(owner.Name, host.Name, () => host.Run(this, () => reply(status)))));
                break;
            case Verdict.Gone:
                cluster.CheckGone(session, host);
                reply(404);
                break;
            case Verdict.Doubtful when mayRead && current is { IsOver: false } stay:
                stay.AfterNextRead(() => AnswerForeign(session, owner, asked, reply, mayRead: false), () => reply(503));
                break;
            default:
                reply(503);
                break;
        }
    }

    // The right is looked at once more when the answer goes.
    private void AnswerOwn(int session, Action<int> reply)
    {
        var status = !HoldsTenure ? 503 : sessions.Contains(session) ? 200 : 404;
        host.After(this, 0.1 * World.Random.NextDouble(), () => reply(HoldsTenure ? status : 503));
    }

    private void Work()
    {
        if (silo is { } stay)
        {
            probes.Look(stay.View);
            AskForPromises(stay);
            AskForBases();
        }

        if (HoldsTenure && sessions.Count < 2 && !isCreating)
        {
            isCreating = true;
            host.After(this, World.Happens(0.7) ? 0 : 40 * World.Random.NextDouble(), Create);
        }

        host.After(this, 0.5 + World.Random.NextDouble(), Work);
    }

    // What is too late to be taken over ends, however long the next attempt takes.
    private void Hurry()
    {
        if (current is { IsOver: true })
            Inheritance.GiveUpIfLate(host.Now);
        host.After(this, 1, Hurry);
    }

    private void Join() => cluster.AtTable(
        host,
        table => table.Read(),
        read =>
        {
            silo = new(cluster, host, this, generations.Next((int)(read.Newest(host.Name)?.Incarnation ?? 0)), Begun, Rejoin);
            silo.Join();
        },
        () => Rejoin("the table cannot be read"));

    private void Begun(SimulatedStay stay, TimeSpan renewed)
    {
        var isInherited = Inheritance.Succeed(renewed, host.Now);
        (var isFirst, current) = (current is null, stay);
        host.Note($"holds as {stay.Number:x}, {(isInherited ? "with" : "without")} [{string.Join(' ', host.Sessions)}]");
        if (!isFirst)
            return;
        host.After(this, 0.5 * World.Random.NextDouble(), () =>
        {
            sessions.UnionWith(host.Sessions);
            if (!isInherited)
                EndAll();
            isStarted = true;
        });
    }

    // A process that has never joined ends; another one follows.
    private void Rejoin(string why)
    {
        host.Note($"joins again: {why}");
        if (silo is { } stay)
        {
            stay.End();
            if (World.Happens(0.7))
                cluster.AtTable(host, table => table.Kill(host.Name, stay.Number)); // It leaves as it should.
        }

        silo = null;
        if (current is null)
            host.Fail();
        else
            host.After(this, 3 * World.Random.NextDouble(), Join);
    }

    private void AskForPromises(SimulatedStay stay)
    {
        foreach (var request in Verdicts.Missing())
        {
            cluster.Call(host, cluster.Host(request.Voter), member =>
            {
                if (!stay.View.Members.TryGetValue(request.Voter, out var number) || !member.Answers(number))
                    return;
                var isGone = member.Verdicts.Promise(request.Name, request.Incarnation);
                cluster.Network.Send(request.Voter, host.Name, () =>
                    host.Run(this, () => Verdicts.Hear(request, isGone, host.Now)));
            });
        }
    }

    private void AskForBases()
    {
        foreach (var (name, incarnation) in Verdicts.Untold())
        {
            cluster.Call(host, cluster.Host(name), member =>
            {
                if (!member.Answers(incarnation) || member.silo?.Tenure.Basis is not { } basis)
                    return;
                cluster.Network.Send(name, host.Name, () => host.Run(this, () => Verdicts.Hear(name, incarnation, basis)));
            });
        }
    }

    // A create that was under way when the right ended adds its session all the same.
    private void Create()
    {
        isCreating = false;
        var session = cluster.Create(host);
        sessions.Add(session);
        host.Sessions.Add(session);
    }

    // Renewals may be lost. They are not written before it is settled which sessions there are.
    private void Write(TimeSpan? renewed)
    {
        if (renewed is null || (isStarted && World.Happens(0.9)))
            host.Record = renewed;
    }

    private void CutOff(string why)
    {
        host.Note($"gives up [{string.Join(' ', sessions)}]: {why}");
        if (isStarted)
            cluster.CheckEnd(host);
        EndAll();
    }

    private void EndAll()
    {
        host.Sessions.ExceptWith(sessions);
        sessions.Clear();
    }
}
