using Steelyard.Processes;

namespace Steelyard.Workers;

/// <summary>
/// The private folder of one worker: its record, its log, and all that it writes itself. It goes with the worker, however that ended.
/// </summary>
internal sealed class WorkerDirectory
{
    private const string RecordName = "worker.json";
    private const int DeleteTries = 5;

    public WorkerDirectory(string path, long maxLogBytes)
    {
        Path = path;
        Log = new(System.IO.Path.Combine(path, "worker.log"), maxLogBytes);
    }

    public string Path { get; }

    public CappedLog Log { get; }

    public void Create() => Directory.CreateDirectory(Path, RunDirectory.Mode);

    public void WriteRecord(WorkerRecord record) => record.Write(System.IO.Path.Combine(Path, RecordName));

    /// <summary>The record, or null when there is none or it cannot be read.</summary>
    public WorkerRecord? ReadRecord() => WorkerRecord.TryRead(System.IO.Path.Combine(Path, RecordName));

    /// <summary>Deletes it with all that is in it. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    public void Delete()
    {
        for (var tries = 1; Directory.Exists(Path); tries++)
        {
            try
            {
                Directory.Delete(Path, recursive: true);
            }
            catch (IOException) when (tries < DeleteTries)
            {
                // A helper that is just dying may still have written into it.
            }
        }
    }
}
