namespace Steelyard.Records;

/// <summary>
/// Files that nobody but our user may read: they hold what clients sent. Their folder does not hide them where browsers run as other users, and must
/// be let through.
/// </summary>
internal static class PrivateFile
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Opens it alone, for reading and writing. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    public static FileStream Open(string path, FileMode mode) =>
        new(path, new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = Mode });

    /// <summary>Writes it whole, in place of what was there. Throws as <see cref="Open"/> does.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = Open(path, FileMode.Create);
        file.Write(bytes);
    }

    /// <summary>The same, but who reads it finds the old or the new one, never a part. Throws as <see cref="Open"/> does.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = path + ".new";
        Write(temporary, bytes);
        File.Move(temporary, path, overwrite: true);
    }
}
