using Steelyard.Fabric;

namespace Steelyard.Tests.Simulation.Cluster;

/// <summary>A process of a node: reads the table, renews its tenure, judges the others, and answers requests.</summary>
internal sealed class SimulatedMember
{
    private const double Timeout = 1;

    private readonly ClusterWorld cluster;
    private readonly SimulatedHost host;
    private readonly Verdicts verdicts;
    private readonly HashSet<long> incarnations = [];
    private readonly HashSet<int> sessions = [];
    private readonly SimulatedProbes probes;
    private readonly List<Action> waiters = []; // Requests that need a read which begins after them.
    private readonly TimeSpan? inherited;
    private TableView view = new([]);
    private Tenure tenure;
    private bool isReading;
    private bool isClosing;
    private bool isReady; // It is known which sessions there are.

    public SimulatedMember(ClusterWorld cluster, SimulatedHost host)
    {
        (this.cluster, this.host) = (cluster, host);
        verdicts = new(host.Name, cluster.Options);
        tenure = new(host.Name, host.Generation << 16, cluster.Options);
        probes = new(cluster, host);
        inherited = host.Record;
    }

    /// <summary>When it last began to read the table.</summary>
    public TimeSpan LastRead { get; private set; }

    /// <summary>When it last asked others for their word.</summary>
    public TimeSpan LastAsk { get; private set; }

    public long Incarnation => tenure.Incarnation;

    public IEnumerable<int> Sessions => sessions;

    private World World => cluster.World;

    public void Begin()
    {
        Look();
        host.After(this, 0.5 + World.Random.NextDouble(), Begin);
    }

    public bool MayServe(int session) => isReady && sessions.Contains(session) && tenure.MayServe(host.Now);

    /// <summary>Answers a client: 200, 404 or 503.</summary>
    public void Handle(int session, Action<int> reply)
    {
        var (asked, owner) = (host.Now, cluster.Owner(session));
        if (owner == host)
            AnswerOwn(session, reply);
        else
            AnswerForeign(session, owner, asked, reply, mayRead: true);
    }

    private void AnswerForeign(int session, SimulatedHost owner, TimeSpan asked, Action<int> reply, bool mayRead)
    {
        switch (verdicts.Of(owner.Name, asked))
        {
            case Verdict.Here:
                cluster.Call(host, owner, member => member.AnswerOwn(session, status =>
                    cluster.Network.Send(owner.Name, host.Name, () => host.Run(this, () => reply(status)))));
                break;
            case Verdict.Gone:
                cluster.CheckGone(session, host);
                reply(404);
                break;
            case Verdict.Doubtful when mayRead:
                waiters.Add(() => AnswerForeign(session, owner, asked, reply, mayRead: isReading));
                Look();
                break;
            default:
                reply(503);
                break;
        }
    }

    private void AnswerOwn(int session, Action<int> reply)
    {
        if (!isReady)
            reply(503);
        else if (!sessions.Contains(session) || tenure.State == TenureState.Closed)
            reply(404);
        else if (!tenure.MayServe(host.Now))
            reply(503);
        else
            host.After(this, 0.1 * World.Random.NextDouble(), () => reply(tenure.MayServe(host.Now) ? 200 : 503));
    }

    private void Look()
    {
        probes.Look(view);
        AskForPromises();
        if (tenure.MayServe(host.Now) && sessions.Count < 2 && isReady)
            Create();
        CloseIfOver();
        if (!isReading)
            Read();
    }

    private void Read()
    {
        var (sent, isDone) = (host.Now, false);
        (isReading, LastRead) = (true, cluster.Now);
        cluster.AtTable(host, table =>
        {
            var read = table.Read();
            cluster.Network.Send(SimulatedTable.Name, host.Name, () => host.Run(this, () => End(read)));
        });
        host.After(this, Timeout, () => End(null));

        void End(TableView? read)
        {
            if (isDone)
                return;
            (isDone, isReading) = (true, false);
            if (read is not null)
                Take(read, sent);
            else
                Ask();
            var waiting = waiters.ToList();
            waiters.Clear();
            if (waiting.Count > 0 && read is not null)
                Read(); // Some have come since this one began.
            waiting.ForEach(waiter => waiter());
        }
    }

    private void Take(TableView read, TimeSpan sent)
    {
        view = read;
        verdicts.Observe(read, sent, host.Now);
        var isThere = tenure.Observe(read, sent, host.Now);
        var incarnation = tenure.Incarnation;
        if (!isThere && tenure.State is TenureState.Waiting or TenureState.Holding)
            Insert();
        else if (read.Newest(host.Name) is { Status: RowStatus.Joining } row && row.Incarnation == incarnation)
            cluster.AtTable(host, table => table.Activate(host.Name, incarnation));
        if (tenure.State == TenureState.Holding && !isReady)
            Adopt();
        WriteRecord();
        CloseIfOver();
    }

    private void Insert()
    {
        var status = tenure.State == TenureState.Waiting ? RowStatus.Joining : RowStatus.Active;
        var incarnation = tenure.Reinsert();
        incarnations.Add(incarnation);
        cluster.AtTable(host, table => table.Insert(host.Name, incarnation, status));
    }

    private void Adopt()
    {
        isReady = true;
        if (inherited is { } record && Tenure.MayAdopt(record, host.Now, cluster.Options))
            sessions.UnionWith(host.Sessions);
        else
            host.Sessions.Clear();
        host.Note($"holds as {tenure.Incarnation:x} with [{string.Join(' ', sessions)}]");
    }

    private void WriteRecord()
    {
        if (tenure.Record is { } renewed && isReady && World.Happens(0.9))
            host.Record = renewed;
    }

    private void Ask()
    {
        var asking = tenure;
        if (asking.Ask(host.Now) is not { } round)
            return;
        WriteRecord();
        LastAsk = cluster.Now;
        foreach (var (other, incarnation) in round.Others)
        {
            cluster.Call(host, cluster.Host(other), member =>
            {
                if (!member.incarnations.Contains(incarnation))
                    return;
                var ack = member.verdicts.Answer(host.Name, round.Incarnation, member.host.Now);
                cluster.Network.Send(other, host.Name, () => host.Run(this, () =>
                {
                    asking.Hear(round, other, ack, host.Now);
                    WriteRecord();
                    CloseIfOver();
                }));
            });
        }
    }

    private void AskForPromises()
    {
        foreach (var request in verdicts.Missing())
        {
            cluster.Call(host, cluster.Host(request.Voter), member =>
            {
                var isGone = member.verdicts.Promise(request.Name, request.Incarnation);
                cluster.Network.Send(request.Voter, host.Name, () =>
                    host.Run(this, () => verdicts.Hear(request, isGone, host.Now)));
            });
        }
    }

    private void CloseIfOver()
    {
        if (tenure.State is TenureState.Waiting or TenureState.Holding || isClosing)
            return;
        isClosing = true;
        host.Note($"gives up {tenure.Incarnation:x} with [{string.Join(' ', sessions)}]");
        cluster.CheckEnd(host, tenure.Incarnation);
        host.After(this, 0.3 * World.Random.NextDouble(), () =>
        {
            host.Record = null;
            tenure.Close();
            sessions.Clear();
            host.Sessions.Clear();
            (isReady, isClosing) = (true, false);
            tenure = new(host.Name, tenure.Incarnation, cluster.Options);
            // A row that is dead stays so: the next one needs a new row.
            if (view.Rows.Any(row => row.Name == host.Name && row.Incarnation == tenure.Incarnation && row.Status == RowStatus.Dead))
                Insert();
        });
    }

    private void Create()
    {
        var session = cluster.Create(host);
        sessions.Add(session);
        host.Sessions.Add(session);
    }
}
