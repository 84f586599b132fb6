namespace Steelyard.Records;

/// <summary>
/// Files that only our own user can read, because they contain what clients sent. Their folder cannot hide them: browsers that run as
/// other users must be able to pass through it.
/// </summary>
internal static class PrivateFile
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// Opens the file exclusively, for reading and writing. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    public static FileStream Open(string path, FileMode mode) =>
        new(
            path,
            new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = Mode });

    /// <summary>Writes the whole file and replaces its old content. Throws like <see cref="Open"/>.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = Open(path, FileMode.Create);
        file.Write(bytes);
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
