using Steelyard.Processes;

namespace Steelyard.Workers;

/// <summary>
/// Finds what an earlier orchestrator has left in the run directory. A worker is taken over when boot, pid, start time and token all say that it is the
/// one of its record; a process that carries one of our tokens and is not taken over is stopped; no other process is touched.
/// </summary>
internal sealed class WorkerAdopter(RunDirectory directory, WorkerStarter starter, IMachine machine, ILogger<WorkerAdopter> logger)
{
    /// <summary>Reads all records, takes hold of the workers that live, and stops strays. Does not ask the workers anything.</summary>
    public List<FoundWorker> Find()
    {
        var found = directory.Workers().Select(Find).ToList();
        StopStrays(found.Where(worker => worker.Worker is not null).Select(worker => worker.Directory.Id).ToHashSet());
        return found;
    }

    /// <summary>Removes the folder of a worker that is gone; one whose record is broken is put aside.</summary>
    public void Bury(FoundWorker found)
    {
        try
        {
            if (found.IsBroken)
                directory.Quarantine(found.Directory);
            else
                found.Directory.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogError("Cannot clear away {Path}: {Reason}", found.Directory.Path, e.Message);
        }
    }

    private FoundWorker Find(WorkerDirectory folder)
    {
        if (folder.ReadRecord() is not { } record)
        {
            if (folder.HasRecord)
                logger.LogWarning("The record of worker {Id} cannot be read; its folder is put into quarantine", folder.Id);
            return new(folder, null, null, folder.HasRecord);
        }

        var isProven = machine.EnvironmentOf(record.Process, WorkerToken.Variable) == WorkerToken.Of(directory.Secret, folder.Id);
        return new(folder, record, isProven ? starter.TryAdopt(folder, record) : null, IsBroken: false);
    }

    // Those of a worker that was spawned and not yet written down, of one whose record is broken, and helpers that have left their group.
    private void StopStrays(HashSet<string> adopted)
    {
        foreach (var process in machine.Processes())
        {
            // Helpers carry the names of their worker, too.
            if (machine.EnvironmentOf(process, WorkerStarter.DirectoryVariable) is not { Length: > 0 } path || directory.For(Path.GetFileName(path)) is not { } folder || folder.Path != path || adopted.Contains(folder.Id))
                continue;
            if (machine.EnvironmentOf(process, WorkerToken.Variable) != WorkerToken.Of(directory.Secret, folder.Id))
            {
                logger.LogWarning("Pid {Pid} says it works in {Path} but cannot prove that it is ours: it is left alone", process.Pid, path);
                continue;
            }

            logger.LogWarning("Stopping pid {Pid}, which an earlier orchestrator left behind in {Path}", process.Pid, path);
            machine.TryAdopt(process)?.TrySendToGroup(Signal.Kill);
        }
    }
}

/// <summary>A worker's folder, as an earlier orchestrator has left it.</summary>
/// <param name="Directory">The folder.</param>
/// <param name="Record">Its record; null when there is none that can be read.</param>
/// <param name="Worker">The worker, held; null when it is gone.</param>
/// <param name="IsBroken">Its record cannot be read.</param>
internal sealed record FoundWorker(WorkerDirectory Directory, WorkerRecord? Record, Worker? Worker, bool IsBroken);
