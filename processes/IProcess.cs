namespace Steelyard.Processes;

/// <summary>
/// A handle to a running process. A signal sent through it never reaches another process that reused the pid. Implemented by real
/// processes and by the simulation.
/// </summary>
public interface IProcess
{
    ProcessIdentity Identity { get; }

    /// <summary>Completes when the process has ended and is reaped. Never fails.</summary>
    Task<ExitStatus> Exited { get; }

    /// <summary>
    /// Sends a signal to the process and all its helpers: to its process group if it leads one, else to the process alone. Does nothing
    /// after the process has exited. Returns false if the kernel does not permit the signal, for example because the process has changed
    /// its user.
    /// </summary>
    bool TrySendToGroup(Signal signal);
}
