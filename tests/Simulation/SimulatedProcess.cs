using Steelyard.Pool;
using Steelyard.Processes;
using Steelyard.WorkerHttp;

namespace Steelyard.Tests.Simulation;

/// <summary>
/// A worker as the kernel and its clients see it: it starts, serves one session, and fails in every way that a fault can cause.
/// </summary>
internal sealed class SimulatedProcess(
    SimulatedMachine machine, ProcessIdentity identity, IReadOnlyDictionary<string, string?> environment, int port) : IProcess
{
    /// <summary>In how many ways a start can fail.</summary>
    public const int BadStarts = 5;

    private readonly TaskCompletionSource<ExitStatus> exited = new();
    private readonly HashSet<SimulatedConnection> connections = [];
    private readonly SimulatedApi api = new(machine);
    private readonly SimulatedProcessor processor = new(machine);
    private bool isHung;
    private readonly List<Action> backlog = [];

    public ProcessIdentity Identity => identity;

    public IReadOnlyDictionary<string, string?> Environment => environment;

    public int Port => port;

    public Task<ExitStatus> Exited => exited.Task;

    public bool IsAlive => !exited.Task.IsCompleted;

    public bool IsListening { get; private set; }

    /// <summary>True after a signal was sent to the process.</summary>
    private bool IsAsked { get; set; }

    public bool LostItsPort { get; private set; }

    public bool IsHung => isHung;

    public bool IsStranger { get; init; }

    /// <summary>Total time that the process has waited for a processor.</summary>
    public TimeSpan Starved => processor.Waited;

    /// <summary>The worker that started this browser; null for a worker.</summary>
    public SimulatedProcess? Worker { get; init; }

    public long? Mark { get; init; }

    /// <summary>The socket listened before the process was spawned.</summary>
    public bool InheritsListener { get; init; }

    /// <summary>True after the simulation has damaged the process: the session it held may be lost.</summary>
    public bool HasFailed { get; private set; }

    public override string ToString() => $"process {identity.Pid} (port {port})";

    public void Begin()
    {
        var world = machine.World;
        if (world.Happens(machine.Weather.Start))
            BeginBadly(machine.Defect);
        else
            machine.After(machine.Between(0.02, 0.3), Listen);
        if (machine.Weather.IdleCrash > 0)
            machine.After(TimeSpan.FromSeconds(-Math.Log(1 - world.Random.NextDouble()) * machine.Weather.IdleCrash), CrashIdly);
    }

    /// <summary>Sends SIGKILL to this process alone.</summary>
    public void Kill()
    {
        machine.World.Check(!IsStranger, $"{this}, a stranger, was killed");
        machine.World.Check(
            Worker is not { IsAlive: true, HasFailed: false, IsAsked: false },
            $"{this}, the browser of a worker that is well, was killed");
        Die(new(null, (int)Signal.Kill));
    }

    // A crash that was planned in the storm does not happen in the calm.
    private void CrashIdly()
    {
        if (machine.Weather.IdleCrash > 0)
            Fail("crashes", () => Die(new(1, null)));
    }

    public bool TrySendToGroup(Signal signal)
    {
        machine.World.Check(!IsStranger, $"{this}, a stranger, was sent {signal}");
        IsAsked = true;
        if (signal == Signal.Kill)
            Die(new(null, (int)signal));
        else if (!isHung && !machine.World.Happens(machine.Weather.Call))
            machine.After(machine.Between(0.001, 0.2), () => Die(new(0, null)));
        return true;
    }

    /// <summary>Kills the process, or deletes or truncates one of its records.</summary>
    public void Befall(int what, string record, string sessionRecord)
    {
        HasFailed = true;
        machine.World.Note($"{this}: what befalls it is {what}");
        switch (what)
        {
            case 0:
                Die(new(1, null));
                break;
            case 1: // As if the orchestrator had been killed between the spawn and the record.
                File.Delete(record);
                break;
            default:
                var path = what == 2 ? record : sessionRecord;
                if (File.Exists(path))
                    File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);
                break;
        }
    }

    public void Join(SimulatedConnection connection) => connections.Add(connection);

    public void Leave(SimulatedConnection connection) => connections.Remove(connection);

    /// <summary>Receives a request. Calls back with the reply, if there is one.</summary>
    public void Receive(WorkerRequest request, Action<SimulatedReply> reply)
    {
        if (!IsAlive || isHung)
            return;
        if (processor.Wait(this) is { Ticks: > 0 } wait)
        {
            machine.After(wait, () => Receive(request, reply));
            return;
        }

        var fault = machine.World.Happens(machine.Weather.Call)
            ? (CallFault)machine.World.Random.Next(1, (int)CallFault.Count)
            : CallFault.None;
        if (fault is not CallFault.None)
        {
            HasFailed = true;
            machine.World.Note($"{this}: {fault} at {request.Method} {request.Path}");
        }

        var isKilling = machine.World.Happens(machine.Weather.NodeCall);
        if (isKilling && machine.World.Happens(0.5))
            machine.KillNode();
        switch (fault)
        {
            case CallFault.CrashBefore:
                Die(new(1, null));
                return;
            case CallFault.Hang:
                isHung = true;
                return;
            case CallFault.Close:
                reply(new(WorkerError.Closed));
                return;
        }

        var answer = api.Answer(this, request);
        if (isKilling)
            machine.KillNode();
        switch (fault)
        {
            case CallFault.CrashAfter:
                Die(new(1, null));
                break;
            case CallFault.Silence:
                break;
            case CallFault.Late:
                machine.After(machine.Between(0.5, 8), () => reply(answer));
                break;
            case CallFault.Garbage:
                reply(new(WorkerError.Malformed));
                break;
            case CallFault.CloseAfter:
                reply(new(WorkerError.Closed));
                break;
            case CallFault.ServerError:
                reply(new(500, "oops"));
                break;
            case CallFault.WrongId: // Nobody could detect a wrong id in the reply to a create, so that reply has no id.
                reply(
                    answer.Status == 201 ? new(201, "{\"tag\":\"stolen\"}")
                    : answer.Status == 200 ? new(200, "{\"id\":\"somebody-else\",\"tag\":\"stolen\"}")
                    : answer);
                break;
            default:
                reply(answer);
                break;
        }
    }

    // One of BadStarts.
    private void BeginBadly(int how)
    {
        HasFailed = true;
        machine.World.Note($"{this} starts badly ({how})");
        switch (how)
        {
            case 0: // The worker never becomes ready.
                break;
            case 1:
                machine.After(machine.Between(0, 1), () => Die(new(1, null)));
                break;
            case 2:
                machine.After(machine.Between(1, 20), Listen);
                break;
            case 3 when !InheritsListener:
                LostItsPort = true;
                Listen();
                break;
            default:
                isHung = true;
                Listen();
                break;
        }
    }

    /// <summary>Calls back when the process accepts connections, or has ended.</summary>
    public void AfterStart(Action action) => backlog.Add(action);

    private void Listen()
    {
        IsListening = IsAlive;
        EmptyBacklog();
        machine.After(StartGate.Probation, () =>
        {
            if (IsAlive && !isHung && !LostItsPort)
                machine.Proved();
        });
        if (IsAlive)
            machine.StartHelper(this);
    }

    private void EmptyBacklog()
    {
        var waiting = backlog.ToList();
        backlog.Clear();
        waiting.ForEach(action => action());
    }

    private void Fail(string what, Action action)
    {
        if (!IsAlive)
            return;
        HasFailed = true;
        machine.World.Note($"{this} {what}");
        action();
    }

    private void Die(ExitStatus status)
    {
        if (!exited.TrySetResult(status))
            return;
        machine.World.Note($"{this} is gone: {status}");
        IsListening = false;
        EmptyBacklog();
        foreach (var connection in connections.ToList())
            connection.Break();
    }
}
