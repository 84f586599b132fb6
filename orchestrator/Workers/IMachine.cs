using Steelyard.Processes;

namespace Steelyard.Workers;

/// <summary>What workers need of the machine they run on: processes, ports and connections. The real one, or the simulation's.</summary>
internal interface IMachine
{
    /// <summary>Starts a process. Throws <see cref="ProcessStartException"/>.</summary>
    IProcess Start(ProcessSpec spec);

    /// <summary>Takes hold of a process that an earlier orchestrator has started; null when it is gone.</summary>
    IProcess? TryAdopt(ProcessIdentity identity);

    /// <summary>A variable of the environment that a process was started with; null when it has none or is not ours to look into.</summary>
    string? EnvironmentOf(ProcessIdentity process, string variable);

    /// <summary>Every process there is.</summary>
    IEnumerable<ProcessIdentity> Processes();

    /// <summary>A connection that opens with its first call; null when no descriptor is left.</summary>
    IWorkerConnection? TryConnect(WorkerClient client, TimeProvider time);

    /// <summary>True when nobody listens on this port of the loopback address just now. Throws <see cref="System.Net.Sockets.SocketException"/> when no descriptor is left.</summary>
    bool IsFree(int port);

    /// <summary>True when this process, one of its group, or one that descends from it, listens on the port.</summary>
    Task<bool> IsListeningAsync(IProcess process, int port);
}
