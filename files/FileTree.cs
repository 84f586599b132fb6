using System.Globalization;

namespace Steelyard.Files;

/// <summary>
/// Operations on a folder and all its content. They are safe when an untrusted program has written there and perhaps still does. Methods
/// throw <see cref="IOException"/>.
/// </summary>
internal static class FileTree
{
    /// <summary>Maximum nesting of folders. A deeper tree is not measured, and no file is accepted there.</summary>
    public const int MaxDepth = 64;

    /// <summary>
    /// The minimum that each file, link and folder counts, in bytes. The kernel needs memory for empty ones, too, and a minimum bounds the
    /// time to measure a tree of a given size.
    /// </summary>
    public const long LeastBytes = 16 * 1024;

    // A folder that still grows after so many rounds is being written to.
    private const int MaxRounds = 200_000;

    /// <summary>Deletes a file, or a folder with all its content. Does nothing when it does not exist.</summary>
    /// <param name="path">The path. Nobody but us may be able to change the folders above it.</param>
    public static void Delete(string path)
    {
        if (HeldFolder.TryOpenOwn(Path.GetDirectoryName(path)!) is not { } parent)
            return;
        using (parent)
        {
            var name = FileName.Of(Path.GetFileName(path));
            if (parent.TryOpenFolder(name) is { } folder)
            {
                using (folder)
                    Empty(folder);
            }

            if (parent.StatusOf(name) is { } left && !(left.IsFolder ? parent.TryRemoveFolder(name) : parent.TryRemove(name)))
                throw new IOException($"cannot delete {path}: a program keeps writing to it");
        }
    }

    /// <summary>Deletes all content of a folder.</summary>
    public static void Empty(HeldFolder folder)
    {
        var moved = 0;
        for (var rounds = 0; rounds < MaxRounds; rounds++)
        {
            var isEmpty = true;
            foreach (var name in folder.Names())
            {
                isEmpty = false;
                if (!folder.TryRemove(name))
                    RemoveFolder(folder, name, ref moved);
            }

            if (isEmpty)
                return;
        }

        throw new IOException("cannot empty a folder: a program keeps writing to it");
    }

    /// <summary>
    /// The space that a folder's content uses on its file system, in bytes. Stops when the sum exceeds the limit. A tree nested deeper than
    /// <see cref="MaxDepth"/> counts as more than any limit.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="limit">In bytes. Above it, the exact number does not matter.</param>
    public static long Measure(HeldFolder folder, long limit) => Measure(folder, limit, 0);

    private static long Measure(HeldFolder folder, long limit, int depth)
    {
        if (depth > MaxDepth)
            return long.MaxValue / 2;
        var bytes = 0L;
        foreach (var name in folder.Names())
        {
            if (folder.StatusOf(name) is not { } status)
                continue;
            bytes += Math.Max(LeastBytes, status.Allocated);
            if (status.IsFolder && folder.TryOpenFolder(name) is { } inner)
            {
                using (inner)
                    bytes += Measure(inner, limit - bytes, depth + 1);
            }

            if (bytes > limit)
                return bytes;
        }

        return bytes;
    }

    // Moves inner folders up to the folder above, where a later round removes them. So no nesting is too deep and no path too long.
    private static void RemoveFolder(HeldFolder above, FileName name, ref int moved)
    {
        if (above.TryOpenFolder(name) is not { } folder)
            return;
        using (folder)
        {
            foreach (var inner in folder.Names())
            {
                if (!folder.TryRemove(inner))
                    folder.TryMove(inner, above, FileName.Of(string.Create(CultureInfo.InvariantCulture, $".moved-{++moved}")));
            }
        }

        above.TryRemoveFolder(name);
    }
}
