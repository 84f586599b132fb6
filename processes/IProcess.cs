namespace Steelyard.Processes;

/// <summary>A running process, held so that no signal of ours can reach another one that got its pid: the kernel's, or the simulation's.</summary>
public interface IProcess
{
    ProcessIdentity Identity { get; }

    /// <summary>Completes once it has ended and is reaped. Never fails.</summary>
    Task<ExitStatus> Exited { get; }

    /// <summary>
    /// Signals it and all its helpers: its process group, if it leads one. Does nothing once it has exited. False when the kernel forbids
    /// it: a program that has changed its user is out of our reach.
    /// </summary>
    bool TrySendToGroup(Signal signal);
}
