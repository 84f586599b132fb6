namespace Steelyard.Tests.Simulation.Cluster;

/// <summary>
/// A machine that runs one process of a node at a time. It has its own clock, and keeps sessions and the record while no process runs.
/// </summary>
internal sealed class SimulatedHost(ClusterWorld cluster, string name)
{
    // Half a percent to each side: any two clocks differ by one at most.
    private readonly double rate = 0.995 + (0.01 * cluster.World.Random.NextDouble());
    private readonly List<Action> backlog = [];
    private TimeSpan offset = TimeSpan.FromMinutes(cluster.World.Random.Next(1, 10_000));

    public string Name => name;

    public SimulatedMember? Member { get; private set; }

    /// <summary>The process is stopped: what reaches it waits.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>The sessions whose workers live.</summary>
    public HashSet<int> Sessions { get; } = [];

    /// <summary>The last renewal that was written down.</summary>
    public TimeSpan? Record { get; set; }

    public int Generation { get; private set; }

    /// <summary>Since when nothing has been wrong with this machine and its way to the table.</summary>
    public TimeSpan WellSince { get; set; }

    /// <summary>When it was made to join again.</summary>
    public List<TimeSpan> Troubles { get; } = [];

    public bool IsRunning => Member is not null;

    public TimeSpan Now => (cluster.Now * rate) + offset;

    public void Start()
    {
        if (IsRunning)
            return;
        Generation++;
        Member = new(cluster, this);
        Note($"starts as {Generation}");
        Member.Begin();
    }

    public void Kill(bool reboot)
    {
        Note(reboot ? "reboots" : "is killed");
        End();
        if (!reboot)
            return;
        Record = null;
        Sessions.Clear();
        offset = TimeSpan.FromMinutes(cluster.World.Random.Next(1, 10_000));
    }

    /// <summary>The process cannot start, and ends. Its service starts it again.</summary>
    public void Fail()
    {
        Note("cannot start");
        End();
        cluster.Network.After(TimeSpan.FromSeconds(2), Start);
    }

    public void Pause()
    {
        Note("is stopped");
        IsPaused = true;
    }

    public void Resume()
    {
        if (!IsPaused)
            return;
        Note("continues");
        IsPaused = false;
        while (backlog.Count > 0 && !IsPaused)
        {
            // Timers that are due and messages that have come are taken in any order.
            var index = cluster.World.Random.Next(backlog.Count);
            var action = backlog[index];
            backlog.RemoveAt(index);
            action();
        }
    }

    /// <summary>Runs something in a process, if it still lives: now, or once it continues.</summary>
    public void Run(SimulatedMember process, Action action)
    {
        if (process != Member)
            return;
        if (IsPaused)
            backlog.Add(() => Run(process, action));
        else
            action();
    }

    public void After(SimulatedMember process, double seconds, Action action) =>
        cluster.Network.After(TimeSpan.FromSeconds(seconds) / rate, () => Run(process, action));

    private void End()
    {
        Member = null;
        IsPaused = false;
        backlog.Clear();
    }

    public void Note(string what) => cluster.World.Note($"{name} {what}");
}
