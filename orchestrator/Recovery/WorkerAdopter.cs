using Steelyard.Recordings;
using Steelyard.Records;
using Steelyard.Workers;

namespace Steelyard.Recovery;

/// <summary>
/// Finds the workers that an earlier orchestrator left in the run directory. A worker is taken over when boot, pid, start time and token
/// (or mark) all match its record. A process that belongs to this run directory and is not taken over is stopped. No other process is
/// touched.
/// </summary>
internal sealed class WorkerAdopter(
    RunDirectory directory, WorkerStarter starter, WorkerProcesses processes, Leftovers leftovers, RecordingStore recordings,
    ILogger<WorkerAdopter> logger)
{
    /// <summary>Reads all records, takes over the workers that live, and stops strays. Does not ask the workers anything.</summary>
    public List<FoundWorker> Find()
    {
        var look = processes.Look();
        var found = directory.Workers().Select(folder => Find(folder, look)).ToList();

        // Strays are processes of workers without a record yet, of workers whose record cannot be read, and of dead workers.
        leftovers.KillStrays(found.Where(worker => worker.Worker is not null).Select(worker => worker.Directory.Id).ToHashSet());
        return found;
    }

    /// <summary>Removes the folder of a worker that is gone. Moves the folder to quarantine if its record cannot be read.</summary>
    public void Bury(FoundWorker found)
    {
        try
        {
            recordings.Collect(found.Directory);
            if (found.IsBroken)
                directory.Quarantine(found.Directory);
            else
                found.Directory.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogError("Cannot remove {Path}: {Reason}", found.Directory.Path, e.Message);
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

/// <summary>A worker's folder, as an earlier orchestrator left it.</summary>
/// <param name="Directory">The folder.</param>
/// <param name="Record">The worker's record; null when it is missing or cannot be read.</param>
/// <param name="Worker">The worker that was taken over; null when it is gone.</param>
/// <param name="IsBroken">The record exists but cannot be read.</param>
internal sealed record FoundWorker(WorkerDirectory Directory, WorkerRecord? Record, Worker? Worker, bool IsBroken);
