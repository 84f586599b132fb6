using System.Net.Sockets;
using Steelyard.Processes;

namespace Steelyard.Machine;

/// <summary>What workers need from the machine they run on: processes and ports. Either the real machine or a simulated one.</summary>
internal interface IMachine
{
    /// <summary>Why the machine has too little memory for one more worker; null when it has enough.</summary>
    /// <param name="reserve">See <see cref="MemoryReserve.WhyNoMore"/>.</param>
    string? MemoryShortage(long? reserve);

    /// <summary>True when the machine is about to have no memory left for the workers that run.</summary>
    /// <param name="reserve">See <see cref="MemoryReserve.IsNearlyGone"/>.</param>
    bool IsMemoryNearlyGone(long? reserve);

    /// <summary>Starts a process. Throws <see cref="ProcessStartException"/>.</summary>
    IProcess Start(ProcessSpec spec);

    /// <summary>
    /// Opens a process that an earlier orchestrator has started; null when it has ended. Throws <see cref="IOException"/> when no
    /// descriptor is free.
    /// </summary>
    IProcess? TryAdopt(ProcessIdentity identity);

    /// <summary>
    /// A variable of the environment with which a process was started; null when it does not have it, or when we cannot read it.
    /// </summary>
    string? EnvironmentOf(ProcessIdentity process, string variable);

    /// <summary>All running processes except this one.</summary>
    IReadOnlyList<ProcessEntry> Processes();

    /// <summary>Kills exactly this process, even if it is not our child. False when the kernel forbids it.</summary>
    bool TryKill(ProcessIdentity process);

    /// <summary>
    /// Listens on this port of the loopback address; null when another program has the port. Throws <see cref="SocketException"/> when no
    /// descriptor is free.
    /// </summary>
    Socket? TryListen(int port);

    /// <summary>
    /// Starts to measure how long the process waits for a processor. Call the returned function to read the time so far; it gives null
    /// when the process does not wait, because it is stopped or has ended.
    /// </summary>
    Func<TimeSpan?> MeasureWait(IProcess process, TimeProvider time);

    /// <summary>
    /// True when this process, a process of its group, or a descendant of it listens on the port. Throws <see cref="IOException"/> when no
    /// descriptor is free.
    /// </summary>
    Task<bool> IsListeningAsync(IProcess process, int port);

    /// <summary>The fixed port on which this process, a browser, serves DevTools to our network; null when it does not.</summary>
    int? BrowserPortOf(ProcessIdentity process);
}
