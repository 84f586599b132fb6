using Microsoft.Win32.SafeHandles;
using Steelyard.Contract;
using Steelyard.Files;

namespace Steelyard.Cdp;

/// <summary>
/// Copies a download into a folder that a client on this machine has named. A client may name any path, and may in truth sit behind a proxy
/// of this machine. So this is limited to new files in private folders (mode 0700) of the client's own user, below a folder for temporary
/// files. Links are not followed.
/// </summary>
internal static class ClientFolder
{
    private const int BufferBytes = 128 * 1024;

    private static readonly string[] Roots = [Path.TrimEndingDirectorySeparator(Path.GetTempPath()), "/tmp", "/var/tmp"];

    /// <summary>
    /// Copies a file. Returns why it cannot be copied, or null when it has been copied. Throws <see cref="IOException"/> when the disk
    /// fails, and <see cref="OperationCanceledException"/>; then the copy is removed.
    /// </summary>
    /// <param name="folder">The client's folder.</param>
    /// <param name="user">The client's user.</param>
    /// <param name="downloads">The session's folder, which belongs to the browser's user.</param>
    /// <param name="name">The name of the file in both folders.</param>
    /// <param name="cancellationToken">Cancels the copy.</param>
    public static string? Copy(string folder, uint user, string downloads, FileName name, CancellationToken cancellationToken)
    {
        if (FileCalls.CurrentUser() is var own && own != 0 && own != user)
            return "the client runs as another user than the node";
        using var target = Open(folder);
        if (target?.StatusOf(FileName.Itself) is not { } status)
            return "it is no folder for temporary files on this machine";
        if (status.Owner != user)
            return "it does not belong to the client's user";
        if (!status.IsPrivate)
            return "others may use it, too: its mode must be 0700";
        using var from = HeldFolder.TryOpen(downloads);
        var download = default(FileStatus);
        using var source = from?.TryOpenFile(name, out download);
        if (source is null || download.Owner != from?.StatusOf(FileName.Itself)?.Owner)
            return "the download is not a plain file of the browser's";
        using var copy = target.TryCreateFile(name);
        if (copy is null)
            return "it has a file of that name already";
        try
        {
            Copy(source, copy, cancellationToken);
            if (own != user)
                HeldFolder.GiveTo(user, copy);
            return null;
        }
        catch
        {
            target.TryRemove(name);
            throw;
        }
    }

    // Goes down from a root, one name at a time and never through a link.
    private static HeldFolder? Open(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Roots.FirstOrDefault(root => root != full && BrowserFolders.IsIn(root, full)) is not { } root)
            return null;
        var folder = HeldFolder.TryOpenOwn(root);
        foreach (var name in full[(root.Length + 1)..].Split('/'))
        {
            using var above = folder;
            folder = above?.TryOpenFolder(FileName.Of(name));
        }

        return folder;
    }

    private static void Copy(SafeFileHandle source, SafeFileHandle copy, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        var position = 0L;
        int count;
        while ((count = RandomAccess.Read(source, buffer, position)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            RandomAccess.Write(copy, buffer.AsSpan(0, count), position);
            position += count;
        }
    }
}
