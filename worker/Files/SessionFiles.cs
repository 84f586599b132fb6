using Microsoft.Win32.SafeHandles;
using Steelyard.Files;

namespace SteelBrowser.Files;

/// <summary>
/// A session's folder of files: what its browser downloads, and what clients upload. The browser may change anything in it at any time,
/// even while a method runs. So only plain files that belong to the browser's user count, and links are never followed. Methods throw
/// <see cref="IOException"/> when the disk fails.
/// </summary>
/// <param name="root">The folder. Only the worker may change the folders above it.</param>
/// <param name="user">The browser's user id; null if it is the worker's own.</param>
internal sealed class SessionFiles(string root, uint? user = null)
{
    /// <summary>The most files and folders that can be listed and counted. With more, both fail.</summary>
    public const int MaxEntries = 10_000;

    private const UnixFileMode ForAll = (UnixFileMode)0b111_101_101;

    private readonly uint owner = user ?? FileCalls.CurrentUser();

    /// <summary>
    /// The files, newest first, without those that the browser is still writing and those that no client's path can name.
    /// </summary>
    public IReadOnlyList<SessionFile> List() =>
    [
        .. All()
            .Where(file => !IsUnfinished(Path.GetFileName(file.Path)) && FilePath.IsGood(file.Path))
            .OrderByDescending(file => file.LastModified),
    ];

    /// <summary>The absolute path of the folder.</summary>
    public string Root => root;

    /// <summary>The path by which the browser and its pages' file dialogs can open a file.</summary>
    public string AbsoluteOf(SessionFile file) => Path.Combine(root, file.Path);

    /// <summary>The path within the folder, for a path of either form.</summary>
    public string RelativeOf(string path) => path.StartsWith(root + "/", StringComparison.Ordinal) ? path[(root.Length + 1)..] : path;

    public long TotalBytes => All().Sum(file => file.Size);

    /// <summary>Opens a file. Returns null when there is no such file.</summary>
    /// <param name="path">A valid path.</param>
    public OpenFile? Open(string path)
    {
        using var folder = FolderOf(path, out var name);
        if (folder is null || IsUnfinished(name) || folder.TryOpenFile(FileName.Of(name), out var status) is not { } handle)
            return null;
        if (status.Owner == owner)
            return new(handle, new(path, status.Size, status.LastModified));
        handle.Dispose();
        return null;
    }

    /// <summary>Deletes a file. Returns false when there is no such file.</summary>
    /// <param name="path">A valid path.</param>
    public bool Delete(string path)
    {
        using var folder = FolderOf(path, out var name);
        return folder is not null
            && !IsUnfinished(name)
            && folder.StatusOf(FileName.Of(name)) is { } status
            && IsOurs(status)
            && folder.TryRemove(FileName.Of(name));
    }

    /// <summary>
    /// Moves a complete file into the folder and gives it to the browser's user. It replaces a file of the same name. Returns null when
    /// another file, a folder or a link is in the way. If the session's folder is gone, it is not created again.
    /// </summary>
    /// <param name="written">The file: on the same file system, in a folder that only the worker may change.</param>
    /// <param name="path">A valid path.</param>
    public SessionFile? Take(string written, string path)
    {
        using var from = HeldFolder.Open(Path.GetDirectoryName(written)!);
        using var folder = FolderOf(path, out var name, make: true);
        var (source, target) = (FileName.Of(Path.GetFileName(written)), FileName.Of(name));
        if (folder is null || IsUnfinished(name) || (folder.StatusOf(target) is { } present && !IsOurs(present)))
            return null;
        if (user is { } other)
            from.GiveTo(other, source);
        return from.TryMove(source, folder, target) && folder.StatusOf(target) is { } status
            ? new(path, status.Size, status.LastModified)
            : null;
    }

    public void DeleteAll()
    {
        using var folder = HeldFolder.Open(root);
        FileTree.Empty(folder);
    }

    private bool IsOurs(FileStatus status) => status.IsFile && status.Owner == owner;

    // The folder that contains the path's last name; null when there is none.
    private HeldFolder? FolderOf(string path, out string name, bool make = false)
    {
        var names = path.Split('/');
        name = names[^1];
        HeldFolder? folder = HeldFolder.Open(root);
        foreach (var next in names[..^1].Select(FileName.Of))
        {
            using var above = folder;
            var isNew = make && above.TryMakeFolder(next, ForAll);
            folder = above.TryOpenFolder(next);
            if (folder is null)
                return null;
            if (isNew && user is { } other)
                folder.GiveTo(other);
        }

        return folder;
    }

    private List<SessionFile> All()
    {
        var found = new List<SessionFile>();
        var left = MaxEntries;
        using var folder = HeldFolder.Open(root);
        Collect(folder, "", found, ref left);
        return found;
    }

    private void Collect(HeldFolder folder, string prefix, List<SessionFile> found, ref int left)
    {
        foreach (var name in folder.Names())
        {
            if (--left < 0)
                throw new IOException($"the session has more than {MaxEntries} files and folders: delete some");
            if (name.Text() is not { } text || folder.StatusOf(name) is not { } status)
                continue;
            if (IsOurs(status))
                found.Add(new(prefix + text, status.Size, status.LastModified));
            else if (status.IsFolder && prefix.Count(c => c == '/') < FileTree.MaxDepth && folder.TryOpenFolder(name) is { } inner)
                using (inner)
                    Collect(inner, $"{prefix}{text}/", found, ref left);
        }
    }

    // The names that Chromium gives to unfinished downloads.
    private static bool IsUnfinished(string name) =>
        name.EndsWith(".crdownload", StringComparison.Ordinal)
        || name.StartsWith(".org.chromium.", StringComparison.Ordinal)
        || name.StartsWith(".com.google.Chrome.", StringComparison.Ordinal);
}

/// <param name="Path">Relative to the session's folder.</param>
/// <param name="Size">In bytes.</param>
/// <param name="LastModified">When it was last written.</param>
internal sealed record SessionFile(string Path, long Size, DateTimeOffset LastModified);

/// <summary>A file that is open for reading. It stays the same file, even if its name is deleted or used for another one.</summary>
internal sealed class OpenFile(SafeFileHandle handle, SessionFile file) : IDisposable
{
    /// <summary>The file as it was when it was opened. It may grow or shrink while it is read.</summary>
    public SessionFile File => file;

    public FileStream Content { get; } = new(handle, FileAccess.Read, bufferSize: 0);

    public void Dispose() => Content.Dispose();
}
