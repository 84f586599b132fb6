using Steelyard.Processes;

namespace Steelyard.Machine;

/// <summary>What workers need of the machine they run on: processes and ports. The real one, or the simulation's.</summary>
internal interface IMachine
{
    /// <summary>Starts a process. Throws <see cref="ProcessStartException"/>.</summary>
    IProcess Start(ProcessSpec spec);

    /// <summary>
    /// Takes hold of a process that an earlier orchestrator has started; null when it is gone. Throws <see cref="IOException"/> when no
    /// descriptor is left.
    /// </summary>
    IProcess? TryAdopt(ProcessIdentity identity);

    /// <summary>
    /// A variable of the environment that a process was started with; null when it has none or is not ours to look into.
    /// </summary>
    string? EnvironmentOf(ProcessIdentity process, string variable);

    /// <summary>Every process that runs, but this one.</summary>
    IReadOnlyList<ProcessEntry> Processes();

    /// <summary>Kills this very process, whoever is its parent. False when the kernel forbids it.</summary>
    bool TryKill(ProcessIdentity process);

    /// <summary>
    /// True when nobody listens on this port of the loopback address just now. Throws <see cref="System.Net.Sockets.SocketException"/>
    /// when no descriptor is left.
    /// </summary>
    bool IsFree(int port);

    /// <summary>
    /// Measures from now on how long the process waits for a processor: call what is returned to read it. Null when it waits for nothing:
    /// it is stopped, or gone.
    /// </summary>
    Func<TimeSpan?> MeasureWait(IProcess process, TimeProvider time);

    /// <summary>
    /// True when this process, one of its group, or one that descends from it, listens on the port. Throws <see cref="IOException"/> when
    /// no descriptor is left.
    /// </summary>
    Task<bool> IsListeningAsync(IProcess process, int port);
}
