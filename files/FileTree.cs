using System.Globalization;

namespace Steelyard.Files;

/// <summary>
/// What is done to a folder with all that is in it, when somebody whom we do not trust has written there and perhaps still does. Methods
/// throw <see cref="IOException"/>.
/// </summary>
internal static class FileTree
{
    /// <summary>Folders within folders beyond which a tree is not measured, and no file is taken.</summary>
    public const int MaxDepth = 64;

    /// <summary>
    /// What each file, link and folder counts at least, in bytes: the kernel keeps some for an empty one, too, and to measure a tree of so
    /// many bytes takes a bounded time.
    /// </summary>
    public const long LeastBytes = 16 * 1024;

    // One that still grows after so many rounds is being written to.
    private const int MaxRounds = 200_000;

    /// <summary>Deletes it. Nothing happens when it is not there.</summary>
    /// <param name="path">Nobody but us may change the folders above it.</param>
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
                throw new IOException($"{path} is being written to");
        }
    }

    /// <summary>Deletes all that is in a folder.</summary>
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

        throw new IOException("a folder that is to be emptied is being written to");
    }

    /// <summary>
    /// What it takes of its file system, in bytes. Stops where it is more than the limit, and takes what is nested too deeply for more.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="limit">Beyond which the exact number is of no interest.</param>
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

    // Folders in it move up to its own folder, where their turn comes: so no nesting is too deep, and no path too long.
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
