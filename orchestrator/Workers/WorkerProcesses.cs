using Steelyard.Contract;
using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.Records;

namespace Steelyard.Workers;

/// <summary>
/// Tells which worker each process of the machine belongs to. A worker's processes are the worker itself, processes with its mark or
/// token, their descendants, and processes in its session. A process once attributed to a worker stays attributed to it, whatever happens
/// to its parents. See docs/decisions/0011-whose-process.md.
/// </summary>
internal sealed class WorkerProcesses(RunDirectory directory, IMachine machine)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, ProcessIdentity?> living = []; // By worker id; null while the worker is being spawned.
    private Task<ProcessFamilies> running = Task.FromResult(ProcessFamilies.None);
    private Task<ProcessFamilies>? next;

    // The workers of the processes of the last scan, where this cannot change any more; null for a process whose environment proves
    // nothing. Only one scan at a time uses it.
    private Dictionary<ProcessIdentity, string?> known = [];

    /// <summary>Registers a worker that is about to be spawned.</summary>
    public void Announce(string workerId) => Set(workerId, null);

    /// <summary>Registers the process of a worker.</summary>
    public void Set(string workerId, ProcessIdentity? process)
    {
        lock (gate)
            living[workerId] = process;
    }

    /// <summary>Removes a worker that has exited or was never spawned.</summary>
    public void Remove(string workerId)
    {
        lock (gate)
            living.Remove(workerId);
    }

    /// <summary>
    /// Scans all processes on another thread. Only one scan runs at a time. All callers that ask before a scan begins share its result.
    /// </summary>
    public Task<ProcessFamilies> LookAsync()
    {
        lock (gate)
            return next ??= LookAfterAsync(running);
    }

    /// <summary>
    /// Scans all processes on the calling thread. Do not call it when other code may call <see cref="LookAsync"/> at the same time.
    /// </summary>
    public ProcessFamilies Look()
    {
        Dictionary<string, ProcessIdentity?> workers;
        lock (gate)
            workers = new(living);
        var look = new ProcessAttribution(machine.Processes(), workers, known, directory.Secret, ReadToken);
        known = look.Known;
        return look.Families;
    }

    private async Task<ProcessFamilies> LookAfterAsync(Task<ProcessFamilies> before)
    {
        await Task.Yield(); // The caller holds our lock, and may be on a socket's thread.
        await ((Task)before).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        lock (gate)
            (running, next) = (next!, null);
        return Look();
    }

    // Returns the worker whose folder a process names in its environment, and whether the process has that folder's token.
    private (string? WorkerId, bool IsProven) ReadToken(ProcessIdentity process)
    {
        if (machine.EnvironmentOf(process, EnvironmentNames.WorkerDirectory) is not { Length: > 0 } path
            || directory.For(Path.GetFileName(path)) is not { } folder
            || folder.Path != path)
            return default;
        return (folder.Id, machine.EnvironmentOf(process, EnvironmentNames.WorkerToken) == WorkerToken.Of(directory.Secret, folder.Id));
    }
}
