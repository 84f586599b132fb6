using Steelyard.Contract;
using Steelyard.Files;
using Steelyard.Records;
using Steelyard.Settings;

namespace Steelyard.Recordings;

/// <summary>
/// Where the recordings of sessions are. A worker writes into its own folder what the browser does. When a session has left the worker, in
/// whatever way, that part is moved here. The node writes a part of its own. A session that was restored has a part from each of its
/// workers.
/// <code>
///   RUN/workers/w12/recordings/SESSION/      while the session lives there
///   RUN/timelines/SESSION/node/              the node's part, while the session lives
///   RUN/recordings/SESSION/w12/, node/       a rename later
///   DATA/recordings/SESSION/w12/, node/      in the end: see RecordingKeeper
/// </code>
/// Unless they say otherwise, methods throw <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
/// </summary>
public sealed class RecordingStore
{
    /// <summary>Name of the node's part.</summary>
    internal const string OwnPart = "node";

    /// <summary>Extension of a part that is being copied.</summary>
    internal const string Partial = ".part";

    // In the node's part.
    private const string HolderFile = "key";

    // A client that attaches again and again must not fill the disk.
    private const long MaxOwnBytes = 256 * 1024;

    private readonly RunDirectory directory;
    private readonly ILogger<RecordingStore> logger;

    /// <param name="directory">The run directory.</param>
    /// <param name="options">Where the history is.</param>
    /// <param name="logger">The log.</param>
    public RecordingStore(RunDirectory directory, Options options, ILogger<RecordingStore> logger)
    {
        this.directory = directory;
        this.logger = logger;
        Current = directory.FileAt("timelines");
        Arrived = directory.FileAt(RecordingNames.Folder);
        Kept = options is { History: true, DataDirectory: { Length: > 0 } data } ? Path.Combine(data, RecordingNames.Folder) : null;
    }

    /// <summary>The node's parts of sessions that live, a folder for each session.</summary>
    internal string Current { get; }

    /// <summary>
    /// Held while a recording is moved to the disk of the history, so that one that is deleted meanwhile does not come back.
    /// </summary>
    internal Lock Moving { get; } = new();

    /// <summary>The recordings that are over, a folder for each session.</summary>
    internal string Arrived { get; }

    /// <summary>The same on the disk of the history; null on a node without one.</summary>
    internal string? Kept { get; }

    /// <summary>
    /// Takes over what a worker has recorded of sessions that it does not hold any more. Never throws: a worker is cleaned or deleted next,
    /// whatever becomes of its recordings.
    /// </summary>
    internal void Collect(WorkerDirectory worker)
    {
        try
        {
            var folder = new DirectoryInfo(Path.Combine(worker.Path, RecordingNames.Folder));
            if (!folder.Exists)
                return;
            foreach (var session in folder.GetDirectories().Where(session => Guid.TryParse(session.Name, out _) && !IsLink(session)))
                Take(session.FullName, session.Name, worker.Id);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("The recordings of worker {Id} are lost: {Reason}", worker.Id, e.Message);
        }
    }

    /// <summary>Begins the node's part of a session, unless there is one.</summary>
    /// <param name="session">The session's public id.</param>
    /// <param name="holder">Name of the key that created it; null on a node without keys.</param>
    internal void Begin(string session, string? holder)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Current, session, OwnPart), RunDirectory.Mode).FullName;
        if (holder is not null)
            File.WriteAllText(Path.Combine(folder, HolderFile), holder);
    }

    /// <summary>The name of the key that created a session; null if it had none, or the recording has no part of the node.</summary>
    /// <param name="recording">The folder of a recording that is over.</param>
    internal static string? HolderOf(DirectoryInfo recording)
    {
        try
        {
            return File.ReadAllText(Path.Combine(recording.FullName, OwnPart, HolderFile));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>
    /// Adds a line to the node's part of a session. Does nothing for a session without one, which is not recorded.
    /// </summary>
    /// <param name="session">The session's public id.</param>
    /// <param name="line">A JSON object and a newline.</param>
    /// <param name="always">Writes the line even if the part has its greatest size.</param>
    internal void Append(string session, ReadOnlySpan<byte> line, bool always)
    {
        var folder = Path.Combine(Current, session, OwnPart);
        if (!Directory.Exists(folder))
            return;
        using var file = PrivateFile.Open(Path.Combine(folder, RecordingNames.Events), FileMode.OpenOrCreate);
        if (file.Seek(0, SeekOrigin.End) < MaxOwnBytes || always)
            file.Write(line);
    }

    /// <summary>The session has ended, and its last line is written. Does nothing for a session without a part of the node.</summary>
    internal void Close(string session)
    {
        var folder = Path.Combine(Current, session);
        if (!Directory.Exists(folder))
            return;
        if (Directory.Exists(Path.Combine(folder, OwnPart)))
            Take(Path.Combine(folder, OwnPart), session, OwnPart);
        Directory.Delete(folder);
    }

    /// <summary>The parts of a session's recording.</summary>
    /// <param name="session">The session's public id.</param>
    /// <param name="live">The folder of the worker that it lives on; null if it lives on none.</param>
    internal IReadOnlyList<RecordingPart> PartsOf(string session, WorkerDirectory? live)
    {
        // In the order in which parts move, so that none is missed that moves now. It may then be seen twice: the later place counts. A
        // session that has just ended is in its worker's folder until the worker is clean.
        Dictionary<string, string> parts = [];
        foreach (var worker in live is null ? directory.Workers() : [live])
        {
            if (Path.Combine(worker.Path, RecordingNames.Folder, session) is var current && Directory.Exists(current))
                parts[worker.Id] = current;
        }

        foreach (var root in new[] { Current, Arrived, Kept })
        {
            foreach (var part in root is null ? [] : FoldersIn(Path.Combine(root, session)).Where(part => part.Extension != Partial))
                parts[part.Name] = part.FullName;
        }

        return [.. parts.Select(part => new RecordingPart(part.Key, part.Value))];
    }

    /// <summary>
    /// Deletes the recording of a session that has ended, also what is still in its worker's folder: the worker then has nowhere to write.
    /// </summary>
    public void Delete(string session)
    {
        lock (Moving)
        {
            foreach (var worker in directory.Workers())
                DeleteIn(Path.Combine(worker.Path, RecordingNames.Folder), session);
            DeleteMoved(session);
        }
    }

    /// <summary>
    /// Deletes the recording of an earlier session of this id, which may belong to somebody else: clients choose ids, and a node forgets
    /// sessions. Never throws.
    /// </summary>
    internal void Forget(string session)
    {
        try
        {
            lock (Moving)
                DeleteMoved(session);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogError("The recording of an earlier session {Id} cannot be deleted: {Reason}", session, e.Message);
        }
    }

    /// <summary>A path that is free.</summary>
    internal static string Free(string path)
    {
        for (var number = 1; ; number++)
        {
            var free = number == 1 ? path : $"{path}-{number}";
            if (!Directory.Exists(free))
                return free;
        }
    }

    /// <summary>Links are left alone: a worker may lie.</summary>
    internal static bool IsLink(FileSystemInfo file) => file.Attributes.HasFlag(FileAttributes.ReparsePoint);

    /// <summary>The folders in a folder; none when it has just been moved.</summary>
    internal static DirectoryInfo[] FoldersIn(string path)
    {
        try
        {
            return Directory.Exists(path) ? new DirectoryInfo(path).GetDirectories() : [];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private void DeleteMoved(string session)
    {
        foreach (var root in new[] { Current, Arrived, Kept }.OfType<string>())
            DeleteIn(root, session);
    }

    private static void DeleteIn(string root, string session)
    {
        if (Directory.Exists(root))
            FileTree.Delete(Path.Combine(root, session));
    }

    private void Take(string folder, string session, string part)
    {
        for (var isRepeated = false; ; isRepeated = true)
        {
            var target = Directory.CreateDirectory(Path.Combine(Arrived, session), RunDirectory.Mode);
            try
            {
                Directory.Move(folder, Free(Path.Combine(target.FullName, part)));
                return;
            }
            catch (DirectoryNotFoundException) when (!isRepeated)
            {
                // The session's folder was empty, and has just been deleted.
            }
        }
    }
}
