using Steelyard.Contract;
using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.Records;

namespace Steelyard.Workers;

/// <summary>
/// Tells which processes of the machine are whose: a worker's are itself, what carries its mark or its token, what descends from them, and
/// what runs in its session. What was once seen to be a worker's stays so, whatever becomes of its parents. See
/// docs/decisions/0011-whose-process.md.
/// </summary>
internal sealed class WorkerProcesses(RunDirectory directory, IMachine machine)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, ProcessIdentity?> living = []; // Null while it is being spawned.
    private Task<ProcessFamilies> running = Task.FromResult(ProcessFamilies.None);
    private Task<ProcessFamilies>? next;

    // Whose the processes of the last look are, as far as they can never be another's; null for those whose environment proves nothing. Of
    // one look at a time.
    private Dictionary<ProcessIdentity, string?> known = [];

    /// <summary>A worker is about to be spawned.</summary>
    public void Announce(string workerId) => Set(workerId, null);

    /// <summary>It runs as this process.</summary>
    public void Set(string workerId, ProcessIdentity? process)
    {
        lock (gate)
            living[workerId] = process;
    }

    /// <summary>It has exited, or was never spawned.</summary>
    public void Remove(string workerId)
    {
        lock (gate)
            living.Remove(workerId);
    }

    /// <summary>
    /// Looks at all processes, on another thread. A look that has not begun yet serves all who ask meanwhile; there is one at a time.
    /// </summary>
    public Task<ProcessFamilies> LookAsync()
    {
        lock (gate)
            return next ??= LookAfterAsync(running);
    }

    /// <summary>The same here and now. Not to be called once anybody may ask for others.</summary>
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
        await Task.Yield(); // The caller may be on a socket's thread, and holds our lock.
        await ((Task)before).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        lock (gate)
            (running, next) = (next!, null);
        return Look();
    }

    // A process that names one of our folders, and whether it has that folder's token.
    private (string? WorkerId, bool IsProven) ReadToken(ProcessIdentity process)
    {
        if (machine.EnvironmentOf(process, EnvironmentNames.WorkerDirectory) is not { Length: > 0 } path || directory.For(Path.GetFileName(path)) is not { } folder || folder.Path != path)
            return default;
        return (folder.Id, machine.EnvironmentOf(process, EnvironmentNames.WorkerToken) == WorkerToken.Of(directory.Secret, folder.Id));
    }
}
