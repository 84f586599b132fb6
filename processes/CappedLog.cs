using System.Text;

namespace Steelyard.Processes;

/// <summary>
/// The file that a child process writes its output to. The child appends with O_APPEND, so truncating the file while the child writes
/// is safe: its next line goes to the new end.
/// </summary>
/// <param name="path">Path of the file, which does not have to exist yet.</param>
/// <param name="maxBytes"><see cref="Trim"/> empties the file when it is larger than this.</param>
public sealed class CappedLog(string path, long maxBytes)
{
    private const int TailBytes = 2048;

    public string Path => path;

    /// <summary>Empties the file if it is larger than its cap. Between two calls the file can exceed the cap.</summary>
    public void Trim()
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length <= maxBytes)
            return;
        using var stream = Open(FileAccess.Write);
        stream.SetLength(0);
    }

    /// <summary>Returns the last lines (at most 2 KiB), or an empty string when the file is empty or does not exist.</summary>
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
