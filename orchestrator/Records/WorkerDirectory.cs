using Steelyard.Contract;
using System.Globalization;
using Steelyard.Files;
using Steelyard.Processes;

namespace Steelyard.Records;

/// <summary>
/// The private folder of one worker: its record, its log, and all that it writes itself. It goes with the worker, however that ended.
/// </summary>
internal sealed class WorkerDirectory
{
    private const int DeleteTries = 5;

    public WorkerDirectory(string path, long maxLogBytes)
    {
        Path = path;
        Log = new(System.IO.Path.Combine(path, "worker.log"), maxLogBytes);
    }

    public string Path { get; }

    /// <summary>The worker's id.</summary>
    public string Id => System.IO.Path.GetFileName(Path);

    public CappedLog Log { get; }

    /// <summary>Where the session it holds is written down.</summary>
    public string SessionRecordPath => System.IO.Path.Combine(Path, "session.json");

    private string RecordPath => System.IO.Path.Combine(Path, "worker.json");

    public void Create() => Directory.CreateDirectory(Path, RunDirectory.Mode);

    public void WriteRecord(WorkerRecord record) => record.Write(RecordPath);

    public bool HasRecord => File.Exists(RecordPath);

    /// <summary>The record, or null when there is none or it cannot be read.</summary>
    public WorkerRecord? ReadRecord() => WorkerRecord.TryRead(RecordPath);

    /// <summary>
    /// The exit status that the worker itself has left here: the kernel tells it to its parent only. Null when it has left none.
    /// </summary>
    public int? ReadExitCode()
    {
        try
        {
            return int.TryParse(File.ReadAllText(System.IO.Path.Combine(Path, FileNames.ExitCode)), CultureInfo.InvariantCulture, out var code) ? code : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Deletes it with all that is in it. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    public void Delete()
    {
        for (var tries = 1; Directory.Exists(Path); tries++)
        {
            try
            {
                FileTree.Delete(Path);
            }
            catch (IOException) when (tries < DeleteTries)
            {
                // A helper that is just dying may still have written into it.
            }
        }
    }
}
