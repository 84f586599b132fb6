using System.Globalization;
using Steelyard.Contract;
using Steelyard.Files;
using Steelyard.Processes;

namespace Steelyard.Records;

/// <summary>
/// The private folder of one worker: its record, its log, and everything that the worker writes. It is deleted when the worker has ended,
/// in whatever way.
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

    /// <summary>The path of the record of the worker's session.</summary>
    public string SessionRecordPath => System.IO.Path.Combine(Path, "session.json");

    private string RecordPath => System.IO.Path.Combine(Path, "worker.json");

    public void Create() => Directory.CreateDirectory(Path, RunDirectory.Mode);

    public void WriteRecord(WorkerRecord record) => record.Write(RecordPath);

    public bool HasRecord => File.Exists(RecordPath);

    /// <summary>The record; null when there is none or it cannot be read.</summary>
    public WorkerRecord? ReadRecord() => WorkerRecord.TryRead(RecordPath);

    /// <summary>
    /// The exit status that the worker itself has written here, because the kernel reports it only to the parent. Null when there is none.
    /// </summary>
    public int? ReadExitCode()
    {
        try
        {
            return int.TryParse(
                File.ReadAllText(System.IO.Path.Combine(Path, FileNames.ExitCode)), CultureInfo.InvariantCulture, out var code)
                ? code
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Deletes the folder with all its content. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
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
                // A process of the worker that is just ending can still have written into it.
            }
        }
    }
}
