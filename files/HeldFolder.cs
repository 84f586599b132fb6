using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Steelyard.Files;

/// <summary>
/// A folder held by its descriptor. Everything in it is reached one name at a time and never through a link. So a program that can write
/// into it cannot lead us out of it, not even by renaming folders while we work. Methods throw <see cref="IOException"/> when the file
/// system reports an error.
/// </summary>
internal sealed class HeldFolder : IDisposable
{
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint BasicStatus = 0x7ff; // STATX_BASIC_STATS

    private static readonly FileName Nothing = new([0]);

    private readonly SafeFileHandle handle;

    private HeldFolder(int descriptor) => handle = new(descriptor, ownsHandle: true);

    /// <summary>Throws <see cref="DirectoryNotFoundException"/> when there is no such folder; a link is not a folder.</summary>
    /// <param name="path">The path. Nobody but us may be able to change the folders above it.</param>
    public static HeldFolder Open(string path) =>
        TryOpen(path) ?? throw new DirectoryNotFoundException($"{path} does not exist or is not a folder");

    /// <summary>Null when there is no such folder.</summary>
    /// <inheritdoc cref="Open"/>
    public static HeldFolder? TryOpen(string path) => TryOpen(path, FileCalls.OpenNoLink);

    /// <summary>Null when there is no such folder. A link to a folder is accepted.</summary>
    /// <param name="path">The path. Nobody but us may be able to change it or the folders above it.</param>
    public static HeldFolder? TryOpenOwn(string path) => TryOpen(path, 0);

    /// <summary>Null when there is no folder of this name; a link is not a folder.</summary>
    public HeldFolder? TryOpenFolder(FileName name) =>
        FolderOf(FileCalls.OpenAt(handle, name.Bytes, FileCalls.OpenFolder | FileCalls.OpenNoLink, 0), "a folder");

    /// <summary>False when the name is in use.</summary>
    public bool TryMakeFolder(FileName name, UnixFileMode mode) =>
        Succeeds(FileCalls.MakeFolderAt(handle, name.Bytes, (uint)mode), "make a folder", FileCalls.Exists);

    /// <summary>
    /// Opens a file for reading. Null when there is no regular file of this name. Links, pipes and devices are not files and never block.
    /// </summary>
    public SafeFileHandle? TryOpenFile(FileName name, out FileStatus status)
    {
        status = default;
        var descriptor = FileCalls.OpenAt(handle, name.Bytes, FileCalls.OpenFile | FileCalls.OpenNoLink, 0);
        if (!Succeeds(descriptor, "open a file", FileCalls.NotFound, FileCalls.NoFolder, FileCalls.IsLink, FileCalls.NoDevice))
            return null;
        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        if (StatusOf(file, Nothing, EmptyPath) is { IsFile: true } found)
        {
            status = found;
            return file;
        }

        file.Dispose();
        return null;
    }

    /// <summary>Creates a file for its owner only, and opens it for writing. Null when the name is in use, by a link for example.</summary>
    public SafeFileHandle? TryCreateFile(FileName name)
    {
        var descriptor = FileCalls.OpenAt(handle, name.Bytes, FileCalls.CreateFile, FileCalls.OwnerOnly);
        return Succeeds(descriptor, "create a file", FileCalls.Exists) ? new(descriptor, ownsHandle: true) : null;
    }

    /// <summary>The status of the folder itself.</summary>
    public FileStatus Status => StatusOf(handle, Nothing, EmptyPath) ?? throw new DirectoryNotFoundException("a held folder has no status");

    /// <summary>The status of the entry with this name, which can be a link; null when there is none.</summary>
    public FileStatus? StatusOf(FileName name) => StatusOf(handle, name, FileCalls.NoFollow);

    /// <summary>The status of what this name leads to. Only for links made by the kernel.</summary>
    public FileStatus? StatusBehind(FileName name) => StatusOf(handle, name, 0);

    /// <summary>Removes the entry with this name, if there is one. False when it is a folder.</summary>
    public bool TryRemove(FileName name) =>
        FileCalls.UnlinkAt(handle, name.Bytes, 0) == 0 || !FailsWith("remove a file", FileCalls.NotFound, FileCalls.IsFolder);

    /// <summary>Removes an empty folder, if there is one. False when it is not empty.</summary>
    public bool TryRemoveFolder(FileName name) =>
        FileCalls.UnlinkAt(handle, name.Bytes, FileCalls.RemoveFolder) == 0
        || !FailsWith("remove a folder", FileCalls.NotFound, FileCalls.NotEmpty);

    /// <summary>
    /// Moves an entry, and replaces what has the new name. False when a folder has the new name, or when a folder is moved and anything has
    /// it.
    /// </summary>
    public bool TryMove(FileName name, HeldFolder to, FileName newName) =>
        Succeeds(
            FileCalls.RenameAt(handle, name.Bytes, to.handle, newName.Bytes),
            "move a file",
            FileCalls.Exists, FileCalls.IsFolder, FileCalls.NoFolder, FileCalls.NotEmpty);

    /// <summary>Makes a user and its group the owners of the folder itself.</summary>
    public void GiveTo(uint user) => Succeeds(FileCalls.ChangeOwner(handle, user, user), "give away a folder");

    /// <summary>Makes a user and its group the owners of a file in the folder. Does nothing when there is no such file.</summary>
    public void GiveTo(uint user, FileName name)
    {
        using var file = TryOpenFile(name, out _);
        if (file is not null)
            Succeeds(FileCalls.ChangeOwner(file, user, user), "give away a file");
    }

    /// <summary>Makes a user and its group the owners of an open file.</summary>
    public static void GiveTo(uint user, SafeFileHandle file) => Succeeds(FileCalls.ChangeOwner(file, user, user), "give away a file");

    /// <summary>The names in the folder, in no particular order. Entries that are created or removed meanwhile can be among them.</summary>
    public IEnumerable<FileName> Names()
    {
        var copy = FileCalls.OpenAt(handle, FileName.Itself.Bytes, FileCalls.OpenFolder, 0);
        if (!Succeeds(copy, "read a folder", FileCalls.NotFound))
            yield break;
        var entries = FileCalls.OpenEntries(copy);
        try
        {
            while (NextName(entries) is { } name)
            {
                if (!name.IsItselfOrParent)
                    yield return name;
            }
        }
        finally
        {
            _ = FileCalls.CloseEntries(entries);
        }
    }

    public void Dispose() => handle.Dispose();

    private static HeldFolder? TryOpen(string path, int flags) =>
        FolderOf(FileCalls.OpenAt(FileCalls.WorkingDirectory, Encoding.UTF8.GetBytes(path + '\0'), FileCalls.OpenFolder | flags, 0), path);

    private static HeldFolder? FolderOf(int descriptor, string what) =>
        Succeeds(descriptor, $"open {what}", FileCalls.NotFound, FileCalls.NoFolder, FileCalls.IsLink) ? new(descriptor) : null;

    private static unsafe FileStatus? StatusOf(SafeFileHandle folder, FileName name, int flags)
    {
        FileStatus status;
        return Succeeds(
            FileCalls.Status(folder, name.Bytes, flags, BasicStatus, &status), "look at a file", FileCalls.NotFound, FileCalls.NoFolder)
            ? status
            : null;
    }

    private static unsafe FileName? NextName(nint entries)
    {
        var entry = FileCalls.NextEntry(entries);
        return entry is null ? null : new([.. MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + FileCalls.NameInEntry), 0]);
    }

    // False when the call failed with one of these errors. Throws IOException for any other.
    private static bool Succeeds(int result, string what, params ReadOnlySpan<int> expected)
    {
        if (result >= 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        if (expected.Contains(error))
            return false;
        var message = $"cannot {what}: {Marshal.GetPInvokeErrorMessage(error)}";
        throw error == FileCalls.NotFound ? new DirectoryNotFoundException(message) : new IOException(message);
    }

    // True when the call failed with the second error, false for the first. Throws IOException for any other.
    private static bool FailsWith(string what, int harmless, int telling) =>
        !Succeeds(-1, what, harmless, telling) && Marshal.GetLastPInvokeError() == telling;
}
