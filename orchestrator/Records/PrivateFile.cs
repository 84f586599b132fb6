namespace Steelyard.Records;

/// <summary>
/// Files that only our own user can read, because they contain what clients sent. Their folder cannot hide them: browsers that run as
/// other users must be able to pass through it.
/// </summary>
internal static class PrivateFile
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int Unit = 1024;

    private static readonly byte[] Spaces = [.. Enumerable.Repeat((byte)' ', Unit)];

    /// <summary>
    /// Opens the file exclusively, for reading and writing. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    public static FileStream Open(string path, FileMode mode) =>
        new(
            path,
            new FileStreamOptions
            {
                Mode = mode,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = Mode,
                BufferSize = 0, // Each file is written with one call.
            });

    /// <summary>Writes the whole file and replaces its old content. Throws like <see cref="Open"/>.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = Open(path, FileMode.Create);
        file.Write(bytes);
    }

    /// <summary>
    /// Writes JSON over the file's content, without emptying the file first: a file system such as ext4 allocates the blocks of an emptied
    /// file again when it is closed, which takes a hundred times as long. Spaces fill up the last <see cref="Unit"/>, so that the next
    /// content mostly has the same length. Throws like <see cref="Open"/>.
    /// </summary>
    public static void Overwrite(string path, byte[] json)
    {
        using var file = Open(path, FileMode.OpenOrCreate);
        var length = (json.Length + Unit - 1) / Unit * Unit;
        RandomAccess.Write(file.SafeFileHandle, [json, Spaces.AsMemory(0, length - json.Length)], 0);
        if (file.Length > length)
            file.SetLength(length);
    }

    /// <summary>
    /// As <see cref="Write"/>, but a reader gets either the old or the new content, never a part. Throws like <see cref="Open"/>.
    /// </summary>
    public static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = path + ".new";
        Write(temporary, bytes);
        File.Move(temporary, path, overwrite: true);
    }
}
