using System.Globalization;
using System.Net.Sockets;
using Steelyard.Contract;
using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.Settings;
using Steelyard.WorkerHttp;

namespace Steelyard.Tests.Simulation;

/// <summary>The machine under the simulated orchestrators. The machine and its processes outlive the orchestrators.</summary>
internal sealed class SimulatedMachine(World world) : IMachine, IConnector
{
    // Each stranger holds one of a hundred ports and never ends.
    private const int MostStrangers = 30;

    private const int Init = 1;

    private readonly Life life = new(world);
    private readonly List<SimulatedProcess> processes = [];
    private readonly List<SimulatedProcess> helpers = [];
    private readonly Dictionary<string, List<SimulatedProcess>> servedBy = [];
    private readonly Dictionary<string, long> servedAt = [];
    private readonly List<Action> whenFree = [];
    private readonly StartRate starts = new(world);
    private int lastPid = 1000;

    // A broken program breaks in the same way each time. In half of the runs each start breaks in its own way.
    private readonly int? defect = world.Happens(0.5) ? world.Random.Next(SimulatedProcess.BadStarts) : null;

    public World World => world;

    /// <summary>In half of the runs, workers inherit their sockets; in the others, they open their ports themselves.</summary>
    public WorkerKind Kind { get; } = world.Happens(0.5) ? WorkerKind.Simulated : WorkerKind.Foreign;

    /// <summary>How a start fails, where starts fail.</summary>
    public int Defect => (Weather.Start < 1 ? null : defect) ?? world.Random.Next(SimulatedProcess.BadStarts);

    /// <summary>The faults that occur now.</summary>
    public Weather Weather { get; set; } = Weather.Calm;

    /// <summary>Kills the orchestrator that runs now.</summary>
    public Action KillNode { get; set; } = () => { };

    public string Boot { get; private set; } = "boot 1";

    /// <summary>Time of the last boot, in ticks.</summary>
    public long BootedAt { get; private set; }

    /// <summary>The workers and strangers that are alive.</summary>
    public IEnumerable<SimulatedProcess> Living => processes.Where(process => process.IsAlive);

    /// <summary>The living browsers. Workers have started them in separate sessions, so they do not end with their workers.</summary>
    public IEnumerable<SimulatedProcess> Helpers => helpers.Where(process => process.IsAlive);

    public string? MemoryShortage(long? reserve) => world.Happens(Weather.Start / 10) ? "simulated: memory is short" : null;

    public bool IsMemoryNearlyGone(long? reserve) => false;

    public IProcess Start(ProcessSpec spec)
    {
        starts.Count();
        if (world.Happens(Weather.Start / 5))
            throw new ProcessStartException(spec.Path, "simulated: no memory") { IsShortage = world.Happens(0.5) };
        File.WriteAllBytes(spec.LogPath!, []);
        var process = new SimulatedProcess(
            this, NextIdentity(), spec.Environment, int.Parse(spec.Environment["PORT"]!, CultureInfo.InvariantCulture))
        {
            Mark = spec.Mark,
            InheritsListener = spec.InheritedHandles.Count > 0,
        };
        processes.Add(process);
        world.Note($"{process} spawned");
        process.Begin();
        return process;
    }

    /// <summary>
    /// Starts the browser of a worker. The browser leaves the worker's session and may lose the worker's environment or its mark, but
    /// not both: then nobody could recognize it.
    /// </summary>
    public void StartHelper(SimulatedProcess worker)
    {
        var keeps = world.Random.Next(3);
        helpers.Add(new(this, NextIdentity(), keeps == 0 ? new Dictionary<string, string?>() : worker.Environment, 0)
        {
            Worker = worker,
            Mark = keeps == 1 ? null : worker.Mark,
        });
    }

    public IProcess? TryAdopt(ProcessIdentity identity) => Living.FirstOrDefault(process => process.Identity == identity);

    public string? EnvironmentOf(ProcessIdentity process, string variable) =>
        Living.Concat(Helpers).FirstOrDefault(other => other.Identity == process)?.Environment.GetValueOrDefault(variable);

    public IReadOnlyList<ProcessEntry> Processes() => [.. Living.Concat(Helpers).Select(process => new ProcessEntry(
        process.Identity,
        process.Worker is { IsAlive: true } worker ? worker.Identity.Pid : Init,
        process.Identity.Pid,
        process.Mark,
        IsOrphan: false))];

    public bool TryKill(ProcessIdentity process)
    {
        Living.Concat(Helpers).Single(other => other.Identity == process).Kill();
        return true;
    }

    public IWorkerConnection? TryConnect(WorkerClient client, TimeProvider time) =>
        world.Happens(Weather.Call / 20) ? null : new SimulatedConnection(this, client, time);

    public Socket? TryListen(int port) => Living.Any(process => process.Port == port)
        ? null
        : new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public Task<bool> IsListeningAsync(IProcess process, int port) =>
        Task.FromResult(((SimulatedProcess)process).Port == port && !((SimulatedProcess)process).LostItsPort);

    public int? BrowserPortOf(ProcessIdentity process) => null;

    public Func<TimeSpan?> MeasureWait(IProcess process, TimeProvider time)
    {
        var before = ((SimulatedProcess)process).Starved;
        return () => ((SimulatedProcess)process).Starved - before;
    }

    /// <summary>Called when a worker has proved that the program works.</summary>
    public void Proved() => starts.Reset();

    /// <summary>Returns the process that listens on a port; null when none does.</summary>
    public SimulatedProcess? At(int port) => Living.FirstOrDefault(process => process.Port == port && process.IsListening);

    /// <summary>Returns the process that has inherited a port's socket, and does not accept connections yet; null for none.</summary>
    public SimulatedProcess? StartingAt(int port) =>
        Living.FirstOrDefault(process => process.Port == port && process is { InheritsListener: true, IsListening: false });

    /// <summary>
    /// Gives the identities of dead workers to foreign programs: the worst case for code that trusts pids.
    /// </summary>
    public void ReuseIdentities()
    {
        foreach (var dead in processes.Where(process => !process.IsAlive && !process.IsStranger).ToList())
        {
            if (!world.Happens(0.3)
                || Living.Any(process => process.Identity == dead.Identity)
                || Living.Count(process => process.IsStranger) >= MostStrangers)
            {
                continue;
            }

            var stranger = new SimulatedProcess(this, dead.Identity, new Dictionary<string, string?>(), dead.Port) { IsStranger = true };
            processes.Add(stranger);
            world.Note($"{stranger}, a stranger, has the identity of a dead worker");
        }
    }

    /// <summary>Damages workers and their folders at random while no orchestrator watches.</summary>
    public void Damage()
    {
        foreach (var process in Living.Where(process => !process.IsStranger && world.Happens(Weather.Damage)).ToList())
        {
            var folder = process.Environment[EnvironmentNames.WorkerDirectory]!;
            process.Befall(world.Random.Next(4), Path.Combine(folder, "worker.json"), Path.Combine(folder, "session.json"));
        }
    }

    /// <summary>Restarts the machine: no process survives.</summary>
    public void Reboot()
    {
        world.Note("the machine is started anew");
        foreach (var process in Living.ToList())
            process.Befall(0, "", "");
        foreach (var helper in Helpers.ToList())
            helper.Kill();
        BootedAt = world.Clock.Now;
        Boot = $"boot at {BootedAt}";
    }

    /// <summary>Calls back once, as one of the events of that moment, as soon as a worker has said that it is free.</summary>
    public void WhenOneIsFree(Action action) => whenFree.Add(action);

    /// <summary>Called when a worker has said that it is free.</summary>
    public void OneIsFree()
    {
        whenFree.ForEach(action => life.Post(_ => action(), null));
        whenFree.Clear();
    }

    public void Serves(SimulatedProcess process, string tag)
    {
        if (!servedBy.TryGetValue(tag, out var list))
            servedBy[tag] = list = [];
        list.Add(process);
        servedAt.TryAdd(tag, world.Clock.Now);
        Proved();
    }

    /// <summary>Returns when a worker first received this create, in ticks; null when none did.</summary>
    public long? ServedAt(string tag) => servedAt.TryGetValue(tag, out var at) ? at : null;

    /// <summary>Returns whether a worker that held this session has failed: only then may the session be lost.</summary>
    public bool MayBeLost(string tag) => servedBy.TryGetValue(tag, out var list) && list.Exists(process => process.HasFailed);

    /// <summary>Runs an action after a delay, independent of the orchestrators' lives.</summary>
    public void After(TimeSpan delay, Action action) => _ = new VirtualTimer(world.Clock, life, action, delay, Timeout.InfiniteTimeSpan);

    public TimeSpan Between(double fewest, double most) => TimeSpan.FromSeconds(fewest + (world.Random.NextDouble() * (most - fewest)));

    private ProcessIdentity NextIdentity() => new(++lastPid, world.Clock.Now, Boot);
}
