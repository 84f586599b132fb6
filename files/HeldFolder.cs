using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Steelyard.Files;

/// <summary>
/// A folder held by its descriptor. Everything in it is reached one name at a time and never through a link, so that whoever may write
/// into it cannot lead us out of it, not even by renaming folders while we work. Methods throw <see cref="IOException"/> when the disk
/// refuses.
/// </summary>
internal sealed class HeldFolder : IDisposable
{
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint BasicStatus = 0x7ff; // STATX_BASIC_STATS

    private static readonly FileName Nothing = new([0]);

    private readonly SafeFileHandle handle;

    private HeldFolder(int descriptor) => handle = new(descriptor, ownsHandle: true);

    /// <summary>Throws <see cref="DirectoryNotFoundException"/> when nothing is there; a link in its place is no folder.</summary>
    /// <param name="path">Nobody but us may change the folders above it.</param>
    public static HeldFolder Open(string path) =>
        TryOpen(path) ?? throw new DirectoryNotFoundException($"{path} is gone, or no folder");

    /// <summary>Null when there is no such folder.</summary>
    /// <inheritdoc cref="Open"/>
    public static HeldFolder? TryOpen(string path) => TryOpen(path, FileCalls.OpenNoLink);

    /// <summary>Null when there is no such folder; one that a link leads to is one.</summary>
    /// <param name="path">Nobody but us may change it, or the folders above it.</param>
    public static HeldFolder? TryOpenOwn(string path) => TryOpen(path, 0);

    /// <summary>Null when there is no folder of this name; a link is none.</summary>
    public HeldFolder? TryOpenFolder(FileName name) =>
        FolderOf(FileCalls.OpenAt(handle, name.Bytes, FileCalls.OpenFolder | FileCalls.OpenNoLink, 0), "a folder");

    /// <summary>False when something has this name.</summary>
    public bool TryMakeFolder(FileName name, UnixFileMode mode) => Succeeds(FileCalls.MakeFolderAt(handle, name.Bytes, (uint)mode), "make a folder", FileCalls.Exists);

    /// <summary>
    /// Opens a file for reading. Null when there is no file of this name; links, pipes and devices are none, and nothing waits for them.
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

    /// <summary>Of what has this name, which may be a link; null when nothing has.</summary>
    public FileStatus? StatusOf(FileName name) => StatusOf(handle, name, FileCalls.NoFollow);

    /// <summary>Of what this name leads to. For links of the kernel only.</summary>
    public FileStatus? StatusBehind(FileName name) => StatusOf(handle, name, 0);

    /// <summary>Removes whatever has this name. False when it is a folder.</summary>
    public bool TryRemove(FileName name) => FileCalls.UnlinkAt(handle, name.Bytes, 0) == 0 || !FailsWith("remove a file", FileCalls.NotFound, FileCalls.IsFolder);

    /// <summary>False when it is not empty.</summary>
    public bool TryRemoveFolder(FileName name) =>
        FileCalls.UnlinkAt(handle, name.Bytes, FileCalls.RemoveFolder) == 0 || !FailsWith("remove a folder", FileCalls.NotFound, FileCalls.NotEmpty);

    /// <summary>Moves what has this name, in place of what is there. False when a folder, or for a folder anything, is in the way.</summary>
    public bool TryMove(FileName name, HeldFolder to, FileName newName) =>
        Succeeds(FileCalls.RenameAt(handle, name.Bytes, to.handle, newName.Bytes), "move a file", FileCalls.Exists, FileCalls.IsFolder, FileCalls.NoFolder, FileCalls.NotEmpty);

    /// <summary>Gives the folder itself to a user.</summary>
    public void GiveTo(uint user) => Succeeds(FileCalls.ChangeOwner(handle, user, user), "give away a folder");

    /// <summary>Gives a file in it to a user; nothing happens when there is none.</summary>
    public void GiveTo(uint user, FileName name)
    {
        using var file = TryOpenFile(name, out _);
        if (file is not null)
            Succeeds(FileCalls.ChangeOwner(file, user, user), "give away a file");
    }

    /// <summary>The names in it, in no order. What is made or removed meanwhile may be among them.</summary>
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
        return Succeeds(FileCalls.Status(folder, name.Bytes, flags, BasicStatus, &status), "look at a file", FileCalls.NotFound, FileCalls.NoFolder) ? status : null;
    }

    private static unsafe FileName? NextName(nint entries)
    {
        var entry = FileCalls.NextEntry(entries);
        return entry is null ? null : new([.. MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + FileCalls.NameInEntry), 0]);
    }

    // False when it failed with one of these errors. Throws IOException for any other.
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

    // True for the second error, false for the first. Throws IOException for any other.
    private static bool FailsWith(string what, int harmless, int telling) =>
        !Succeeds(-1, what, harmless, telling) && Marshal.GetLastPInvokeError() == telling;
}
