using Steelyard.Records;
using Steelyard.Workers;

namespace Steelyard.Recovery;

/// <summary>
/// Finds what an earlier orchestrator has left in the run directory. A worker is taken over when boot, pid, start time and token (or mark)
/// all say that it is the one of its record; a process that is of this run directory and is not taken over is stopped; no other process is
/// touched.
/// </summary>
internal sealed class WorkerAdopter(RunDirectory directory, WorkerStarter starter, WorkerProcesses processes, Leftovers leftovers, ILogger<WorkerAdopter> logger)
{
    /// <summary>Reads all records, takes hold of the workers that live, and stops strays. Does not ask the workers anything.</summary>
    public List<FoundWorker> Find()
    {
        var look = processes.Look();
        var found = directory.Workers().Select(folder => Find(folder, look)).ToList();

        // Those of a worker that was spawned and not yet written down, of one whose record is broken, and what dead workers have left.
        leftovers.KillStrays(found.Where(worker => worker.Worker is not null).Select(worker => worker.Directory.Id).ToHashSet());
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

    private FoundWorker Find(WorkerDirectory folder, ProcessFamilies look)
    {
        if (folder.ReadRecord() is not { } record)
        {
            if (folder.HasRecord)
                logger.LogWarning("The record of worker {Id} cannot be read; its folder is put into quarantine", folder.Id);
            return new(folder, null, null, folder.HasRecord);
        }

        var isProven = look.Of[folder.Id].Contains(record.Process);
        return new(folder, record, isProven ? starter.TryAdopt(folder, record) : null, IsBroken: false);
    }
}

/// <summary>A worker's folder, as an earlier orchestrator has left it.</summary>
/// <param name="Directory">The folder.</param>
/// <param name="Record">Its record; null when there is none that can be read.</param>
/// <param name="Worker">The worker, held; null when it is gone.</param>
/// <param name="IsBroken">Its record cannot be read.</param>
internal sealed record FoundWorker(WorkerDirectory Directory, WorkerRecord? Record, Worker? Worker, bool IsBroken);
