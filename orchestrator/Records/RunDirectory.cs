using System.Globalization;
using System.Security.Cryptography;
using Steelyard.Files;

namespace Steelyard.Records;

/// <summary>
/// The folder in which a node keeps data that must outlive its process: a folder per worker. One orchestrator at a time holds it, with a
/// lock that the kernel releases when the holder ends.
/// </summary>
public sealed class RunDirectory : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // The form of what is in this folder. A change that earlier versions of this program cannot read takes the next number, and writes it
    // into the file. A folder without the file has the first form.
    private const int Format = 1;

    private const int SecretBytes = 32;
    private const int MaxQuarantined = 20;

    /// <summary>
    /// Browsers of a root node run as other users. They must be able to reach their own folders, but need not list any others.
    /// </summary>
    internal static readonly UnixFileMode Mode = Environment.IsPrivilegedProcess ? OwnerOnly | UnixFileMode.OtherExecute : OwnerOnly;

    private readonly FileStream lockFile;
    private readonly string root;
    private readonly string workers;
    private readonly long maxLogBytes;
    private long lastWorker;

    /// <summary>
    /// Creates the folder if necessary, and locks it. Throws <see cref="RunDirectoryException"/> when another orchestrator holds it.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="maxLogBytes">Maximum size of each worker's log, in bytes.</param>
    public RunDirectory(string path, long maxLogBytes)
    {
        this.maxLogBytes = maxLogBytes;
        root = path;
        workers = Path.Combine(path, "workers");
        try
        {
            Directory.CreateDirectory(path, Mode);
            if (FolderOwner.Problem(path) is { } problem)
                throw new IOException($"{path} cannot be trusted: {problem}. Delete it, or choose another --run-dir.");
            lockFile = PrivateFile.Open(Path.Combine(path, "lock"), FileMode.OpenOrCreate);
            CheckFormat(path);
            Directory.CreateDirectory(workers, Mode);
            Secret = ReadSecret(Path.Combine(path, "secret"));
            lastWorker = Workers()
                .Select(folder => long.TryParse(folder.Id.AsSpan(1), CultureInfo.InvariantCulture, out var number) ? number : 0)
                .DefaultIfEmpty()
                .Max();
        }
        catch (Exception e)
        {
            lockFile?.Dispose();
            if (e is IOException or UnauthorizedAccessException)
                throw new RunDirectoryException(path, e);
            throw;
        }
    }

    /// <summary>
    /// 32 random bytes that only the orchestrators of this directory know. The next orchestrator has the same, so signatures stay valid.
    /// </summary>
    internal byte[] Secret { get; }

    /// <summary>The path of the file with this name.</summary>
    internal string FileAt(string name) => Path.Combine(root, name);

    /// <summary>Creates an empty folder with this name, for data that need not outlive this process. Returns its path.</summary>
    public string CreateFolder(string name)
    {
        var folder = Path.Combine(root, name);
        FileTree.Delete(folder);
        Directory.CreateDirectory(folder, OwnerOnly);
        return folder;
    }

    /// <summary>A worker id that no worker has had since this directory was last empty.</summary>
    internal string NextWorkerId() => WorkerId(Interlocked.Increment(ref lastWorker));

    /// <summary>The id of the worker with this number.</summary>
    internal static string WorkerId(long number) => string.Create(CultureInfo.InvariantCulture, $"w{number}");

    internal WorkerDirectory For(string workerId) => new(Path.Combine(workers, workerId), maxLogBytes);

    /// <summary>The folders of all workers, including those of earlier orchestrators.</summary>
    internal List<WorkerDirectory> Workers() =>
        [.. Directory.EnumerateDirectories(workers).Select(path => new WorkerDirectory(path, maxLogBytes))];

    /// <summary>Moves the folder of a worker with a broken record aside, for people to examine. Deletes the oldest such folders.</summary>
    internal void Quarantine(WorkerDirectory directory)
    {
        var aside = Directory.CreateDirectory(Path.Combine(root, "quarantine"), OwnerOnly);
        foreach (var surplus in aside.GetDirectories().OrderByDescending(folder => folder.LastWriteTimeUtc).Skip(MaxQuarantined - 1))
            FileTree.Delete(surplus.FullName);
        var target = Path.Combine(aside.FullName, directory.Id);
        FileTree.Delete(target);
        Directory.Move(directory.Path, target);
    }

    private static void CheckFormat(string folder)
    {
        var path = Path.Combine(folder, "format");
        if (!File.Exists(path))
            return;
        var found = File.ReadAllText(path).Trim();
        if (!int.TryParse(found, CultureInfo.InvariantCulture, out var format) || format > Format)
            throw RunDirectoryException.OfLaterVersion(folder, found, Format);
    }

    private static byte[] ReadSecret(string path)
    {
        if (File.Exists(path) && File.ReadAllBytes(path) is { Length: SecretBytes } known)
            return known;
        var secret = RandomNumberGenerator.GetBytes(SecretBytes);
        var temporary = path + ".new";
        File.Delete(temporary);
        PrivateFile.Write(temporary, secret);
        File.Move(temporary, path, overwrite: true);
        return secret;
    }

    public void Dispose() => lockFile.Dispose();
}

/// <summary>The run directory cannot be used; the message says why and what to do.</summary>
public sealed class RunDirectoryException : Exception
{
    public RunDirectoryException(string path, Exception inner)
        : base(
            $"Cannot use the run directory {path}: {inner.Message} If another orchestrator runs on it, stop that one or choose another " +
            "--run-dir.",
            inner)
    {
    }

    private RunDirectoryException(string message)
        : base(message)
    {
    }

    internal static RunDirectoryException OfLaterVersion(string path, string found, int known) => new(
        $"Cannot use the run directory {path}: its format is {found}, and this version knows {known}. Start the version that has written " +
        "it, or choose another --run-dir.");
}
