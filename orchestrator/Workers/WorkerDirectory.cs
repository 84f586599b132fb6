using Steelyard.Processes;

namespace Steelyard.Workers;

/// <summary>
/// The private folder of one worker: its record, its log, and all that it writes itself. It goes with the worker, however that ended.
/// </summary>
internal sealed class WorkerDirectory
{
    private const string RecordName = "worker.json";

    public WorkerDirectory(string path, long maxLogBytes)
    {
        Path = path;
        Log = new(System.IO.Path.Combine(path, "worker.log"), maxLogBytes);
    }

    public string Path { get; }

    public CappedLog Log { get; }

    public void Create() => Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    public void WriteRecord(WorkerRecord record) => record.Write(System.IO.Path.Combine(Path, RecordName));

    /// <summary>The record, or null when there is none or it cannot be read.</summary>
    public WorkerRecord? ReadRecord() => WorkerRecord.TryRead(System.IO.Path.Combine(Path, RecordName));

    public void Delete()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
