using Steelyard.Contract;
using System.Globalization;
using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.WorkerHttp;

namespace Steelyard.Tests.Simulation;

/// <summary>The machine under the simulated orchestrators: it outlives them, and its processes do, too.</summary>
internal sealed class SimulatedMachine(World world) : IMachine, IConnector
{
    // Each holds a port, of which there are a hundred, and none ever ends.
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

    public World World => world;

    /// <summary>What goes wrong now.</summary>
    public Weather Weather { get; set; } = Weather.Calm;

    /// <summary>Kills the orchestrator that runs now.</summary>
    public Action KillNode { get; set; } = () => { };

    public string Boot { get; private set; } = "boot 1";

    /// <summary>When it was started, in ticks.</summary>
    public long BootedAt { get; private set; }

    /// <summary>Workers, and strangers.</summary>
    public IEnumerable<SimulatedProcess> Living => processes.Where(process => process.IsAlive);

    /// <summary>Browsers that workers have started in a session of their own: they do not end with their workers.</summary>
    public IEnumerable<SimulatedProcess> Helpers => helpers.Where(process => process.IsAlive);

    public IProcess Start(ProcessSpec spec)
    {
        starts.Count();
        if (world.Happens(Weather.Start / 5))
            throw new ProcessStartException(spec.Path, "simulated: no memory") { IsShortage = world.Happens(0.5) };
        File.WriteAllBytes(spec.LogPath!, []);
        var process = new SimulatedProcess(this, NextIdentity(), spec.Environment, int.Parse(spec.Environment["PORT"]!, CultureInfo.InvariantCulture)) { Mark = spec.Mark };
        processes.Add(process);
        world.Note($"{process} spawned");
        process.Begin();
        return process;
    }

    /// <summary>
    /// A worker starts its browser, which leaves the worker's session and perhaps its environment, and perhaps its mark: not both, or
    /// nobody could know it.
    /// </summary>
    public void StartHelper(SimulatedProcess worker)
    {
        var keeps = world.Random.Next(3);
        helpers.Add(new(this, NextIdentity(), keeps == 0 ? new Dictionary<string, string?>() : worker.Environment, 0) { Worker = worker, Mark = keeps == 1 ? null : worker.Mark });
    }

    public IProcess? TryAdopt(ProcessIdentity identity) => Living.FirstOrDefault(process => process.Identity == identity);

    public string? EnvironmentOf(ProcessIdentity process, string variable) =>
        Living.Concat(Helpers).FirstOrDefault(other => other.Identity == process)?.Environment.GetValueOrDefault(variable);

    public IReadOnlyList<ProcessEntry> Processes() => [.. Living.Concat(Helpers).Select(process => new ProcessEntry(
        process.Identity, process.Worker is { IsAlive: true } worker ? worker.Identity.Pid : Init, process.Identity.Pid, process.Mark, IsOrphan: false))];

    public bool TryKill(ProcessIdentity process)
    {
        Living.Concat(Helpers).Single(other => other.Identity == process).Kill();
        return true;
    }

    public IWorkerConnection? TryConnect(WorkerClient client, TimeProvider time) => world.Happens(Weather.Call / 20) ? null : new SimulatedConnection(this, client, time);

    public bool IsFree(int port) => !Living.Any(process => process.Port == port);

    public Task<bool> IsListeningAsync(IProcess process, int port) => Task.FromResult(((SimulatedProcess)process).Port == port && !((SimulatedProcess)process).LostItsPort);

    public Func<TimeSpan?> MeasureWait(IProcess process, TimeProvider time)
    {
        var before = ((SimulatedProcess)process).Starved;
        return () => ((SimulatedProcess)process).Starved - before;
    }

    /// <summary>A worker has proved that the program works.</summary>
    public void Proved() => starts.Reset();

    /// <summary>Who listens on a port; null when nobody does.</summary>
    public SimulatedProcess? At(int port) => Living.FirstOrDefault(process => process.Port == port && process.IsListening);

    /// <summary>
    /// A program of somebody else gets the identity of a worker that has died: the worst that can happen to who trusts pids.
    /// </summary>
    public void ReuseIdentities()
    {
        foreach (var dead in processes.Where(process => !process.IsAlive && !process.IsStranger).ToList())
        {
            if (!world.Happens(0.3) || Living.Any(process => process.Identity == dead.Identity) || Living.Count(process => process.IsStranger) >= MostStrangers)
                continue;
            var stranger = new SimulatedProcess(this, dead.Identity, new Dictionary<string, string?>(), dead.Port) { IsStranger = true };
            processes.Add(stranger);
            world.Note($"{stranger}, a stranger, has the identity of a dead worker");
        }
    }

    /// <summary>What may befall workers and their folders while no orchestrator watches.</summary>
    public void Damage()
    {
        foreach (var process in Living.Where(process => !process.IsStranger && world.Happens(Weather.Damage)).ToList())
        {
            var folder = process.Environment[EnvironmentNames.WorkerDirectory]!;
            process.Befall(world.Random.Next(4), Path.Combine(folder, "worker.json"), Path.Combine(folder, "session.json"));
        }
    }

    /// <summary>The machine is started anew: nothing that ran survives it.</summary>
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

    /// <summary>Calls back once, among all else that happens then, as soon as a worker has said that it is free.</summary>
    public void WhenOneIsFree(Action action) => whenFree.Add(action);

    /// <summary>A worker has said that it is free.</summary>
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

    /// <summary>When a worker first got this create, in ticks; null when none did.</summary>
    public long? ServedAt(string tag) => servedAt.TryGetValue(tag, out var at) ? at : null;

    /// <summary>Whether something went wrong with a worker that has held this session: only then may it be lost.</summary>
    public bool MayBeLost(string tag) => servedBy.TryGetValue(tag, out var list) && list.Exists(process => process.HasFailed);

    /// <summary>Does something in the machine's own life, later.</summary>
    public void After(TimeSpan delay, Action action) => _ = new VirtualTimer(world.Clock, life, action, delay, Timeout.InfiniteTimeSpan);

    public TimeSpan Between(double fewest, double most) => TimeSpan.FromSeconds(fewest + (world.Random.NextDouble() * (most - fewest)));

    private ProcessIdentity NextIdentity() => new(++lastPid, world.Clock.Now, Boot);
}
