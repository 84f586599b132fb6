using Steelyard.Processes;

namespace Steelyard.Workers;

/// <summary>
/// The folder in which a node keeps what must outlive it: a folder per worker. Held by one orchestrator at a time, through a lock that
/// the kernel frees when its holder dies.
/// </summary>
public sealed class RunDirectory : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Browsers of a root node run as other users: they must get through to their own folders, but need to see no others.</summary>
    internal static readonly UnixFileMode Mode = Environment.IsPrivilegedProcess ? OwnerOnly | UnixFileMode.OtherExecute : OwnerOnly;

    private readonly FileStream lockFile;
    private readonly string root;
    private readonly string workers;
    private readonly long maxLogBytes;

    /// <summary>Creates the folder if need be, and locks it. Throws <see cref="RunDirectoryException"/> when another orchestrator has it.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="maxLogBytes">Cap of each worker's log.</param>
    public RunDirectory(string path, long maxLogBytes)
    {
        this.maxLogBytes = maxLogBytes;
        root = path;
        workers = Path.Combine(path, "workers");
        try
        {
            Directory.CreateDirectory(path, Mode);
            lockFile = new(Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            Directory.CreateDirectory(workers, Mode);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunDirectoryException(path, e);
        }
    }

    /// <summary>An empty folder of this name, for what need not outlive us.</summary>
    public string CreateFolder(string name)
    {
        var folder = Path.Combine(root, name);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder, OwnerOnly);
        return folder;
    }

    internal WorkerDirectory For(string workerId) => new(Path.Combine(workers, workerId), maxLogBytes);

    /// <summary>Stops the workers that an earlier orchestrator left here, if it is proven that they are its own, and deletes their folders.</summary>
    public async Task ClearAsync(ILogger logger)
    {
        foreach (var path in Directory.EnumerateDirectories(workers))
        {
            var directory = new WorkerDirectory(path, maxLogBytes);
            if (directory.ReadRecord() is { } record && OsProcess.TryAdopt(record.Process) is { } process)
            {
                logger.LogWarning("Stopping pid {Pid}, a worker that an earlier orchestrator left behind", process.Pid);
                process.TrySendToGroup(Signal.Kill);
                await process.Exited;
            }

            directory.Delete();
        }
    }

    public void Dispose() => lockFile.Dispose();
}

/// <summary>The run directory cannot be used; the message says why and what to do.</summary>
public sealed class RunDirectoryException(string path, Exception inner) : Exception(
    $"Cannot use the run directory {path}: {inner.Message} If another orchestrator runs on it, stop that one or choose another --run-dir.", inner);
