using System.Text;

namespace Steelyard.Processes;

/// <summary>
/// The file a child writes its output to. The child appends with O_APPEND, so cutting the file while it writes is safe:
/// its next line goes to the new end.
/// </summary>
/// <param name="path">The file; it need not exist yet.</param>
/// <param name="maxBytes">Size at which <see cref="Trim"/> empties it.</param>
public sealed class CappedLog(string path, long maxBytes)
{
    private const int TailBytes = 2048;

    public string Path => path;

    /// <summary>Empties the file if it has outgrown its cap. Between two calls it can grow beyond.</summary>
    public void Trim()
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length <= maxBytes)
            return;
        using var stream = Open(FileAccess.Write);
        stream.SetLength(0);
    }

    /// <summary>The last lines (2 KiB at most), or an empty text when there are none.</summary>
    public string Tail()
    {
        if (!File.Exists(path))
            return "";
        using var stream = Open(FileAccess.Read);
        stream.Seek(Math.Max(0, stream.Length - TailBytes), SeekOrigin.Begin);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().Trim();
    }

    private FileStream Open(FileAccess access) => new(path, FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete);
}
